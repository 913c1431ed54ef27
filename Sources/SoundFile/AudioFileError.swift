import Platform

/// A failure of a sound file or stream, in one line that does not name the file.
public struct AudioFileError: Error, Hashable, CustomStringConvertible {
  /// The kinds of failure that a caller may want to distinguish.
  public enum Kind: Hashable, Sendable {
    /// The type cannot hold or do what the caller requested; nothing was opened or truncated.
    case unsupported
    /// The data is not a sound file of any known type.
    case unrecognized
    /// The data is of a known kind that cannot be read here: MP4, a picture, an archive.
    case foreign
    /// The data has the type it claims, but cannot be read.
    case malformed
    /// The operating system refused; `errorNumber` says why.
    case system
    /// A signal came and the caller's `interrupted` returned true.
    case interrupted
  }

  /// The kind of failure.
  public let kind: Kind

  /// The complaint: lower case, one line, no full stop, no path.
  public let message: String

  /// The operating system's error number, or 0 for other errors.
  public let errorNumber: CInt

  /// What a caller can do about it.
  public enum Remedy: Hashable, Sendable {
    /// Resample to this rate, in Hz.
    case resample(to: Double)
    /// Name the type, if it is one of these.
    case nameType([AudioFileType])
    /// Convert data of this kind with another program.
    case conversion(kind: String)
  }

  /// What a caller can do about it; nil if there is nothing in particular.
  public let remedy: Remedy?

  /// Whether the reader of a pipe is gone (EPIPE).
  public var isBrokenPipe: Bool { errorNumber == EPIPE }

  /// The same as `message`.
  public var description: String { message }

  private init(kind: Kind, message: String, errorNumber: CInt = 0, remedy: Remedy? = nil) {
    self.kind = kind
    self.message = message
    self.errorNumber = errorNumber
    self.remedy = remedy
  }

  static func unsupported(_ message: String, remedy: Remedy? = nil) -> AudioFileError {
    AudioFileError(kind: .unsupported, message: message, remedy: remedy)
  }

  static func unrecognized(_ message: String, remedy: Remedy? = nil) -> AudioFileError {
    AudioFileError(kind: .unrecognized, message: message, remedy: remedy)
  }

  /// - Parameter name: The kind of data.
  static func foreign(_ name: String) -> AudioFileError {
    AudioFileError(
      kind: .foreign, message: "\(name), which is not read here", remedy: .conversion(kind: name))
  }

  static func malformed(_ message: String, remedy: Remedy? = nil) -> AudioFileError {
    AudioFileError(kind: .malformed, message: message, remedy: remedy)
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

/// A message of a C library in this project's style: lower case, one line, no full stop.
func plainText(_ sentence: String) -> String {
  var text = sentence.split(whereSeparator: \.isNewline).joined(separator: " ")
  while let last = text.last, last == "." || last == " " { text.removeLast() }
  // A word in capitals is a name, such as ID3 or RIFF.
  let isName = text.dropFirst().first?.isUppercase ?? false
  return isName ? text : text.prefix(1).lowercased() + text.dropFirst()
}
