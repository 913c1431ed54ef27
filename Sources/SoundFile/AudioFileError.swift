import Platform

/// What went wrong with a sound file or stream, in one line that does not name the file.
public struct AudioFileError: Error, Hashable, CustomStringConvertible {
  /// The kinds of failure a caller may want to tell apart.
  public enum Kind: Hashable, Sendable {
    /// The caller asked for what the type cannot hold or do; nothing was opened or cut.
    case unsupported
    /// The data is no sound file of any known type.
    case unrecognized
    /// The data is known to be something that is not read here: MP4, a picture, an archive.
    case foreign
    /// The data has the type it claims and cannot be read.
    case malformed
    /// The operating system refused; `errorNumber` says why.
    case system
    /// A signal came and the caller's `interrupted` said to stop.
    case interrupted
  }

  /// The kind of failure.
  public let kind: Kind

  /// The complaint: lower case, one line, no full stop, no path.
  public let message: String

  /// The operating system's error number, 0 where it is not the operating system's error.
  public let errorNumber: CInt

  /// Whether the reader of a pipe went away (EPIPE).
  public var isBrokenPipe: Bool { errorNumber == EPIPE }

  /// The same as `message`.
  public var description: String { message }

  static func unsupported(_ message: String) -> AudioFileError {
    AudioFileError(kind: .unsupported, message: message, errorNumber: 0)
  }

  static func unrecognized(_ message: String) -> AudioFileError {
    AudioFileError(kind: .unrecognized, message: message, errorNumber: 0)
  }

  /// - Parameter name: what it is.
  static func foreign(_ name: String) -> AudioFileError {
    AudioFileError(kind: .foreign, message: ForeignMark.complaint(name), errorNumber: 0)
  }

  static func malformed(_ message: String) -> AudioFileError {
    AudioFileError(kind: .malformed, message: message, errorNumber: 0)
  }

  static func system(_ number: CInt) -> AudioFileError {
    AudioFileError(kind: .system, message: systemMessage(number), errorNumber: number)
  }

  static func tooLong(_ message: String) -> AudioFileError {
    AudioFileError(kind: .system, message: message, errorNumber: EFBIG)
  }

  static let interrupted = AudioFileError(
    kind: .interrupted, message: "interrupted", errorNumber: EINTR)
}

/// A sentence of a C library in this project's mode: lower case, one line, no full stop.
func plainText(_ sentence: String) -> String {
  var text = sentence.split(whereSeparator: \.isNewline).joined(separator: " ")
  while let last = text.last, last == "." || last == " " { text.removeLast() }
  // A word in capitals is a name: ID3, RIFF.
  let isName = text.dropFirst().first?.isUppercase ?? false
  return isName ? text : text.prefix(1).lowercased() + text.dropFirst()
}
