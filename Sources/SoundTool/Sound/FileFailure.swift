internal import PCM
internal import SoundFile

extension ToolError {
  /// The program's error for a sound file's error, with advice in terms of options and commands.
  ///
  /// - Parameter typeOption: The option that states the file's type.
  static func of(
    _ error: AudioFileError, _ name: String, typeOption: String = "-t"
  ) -> ToolError {
    if error.isBrokenPipe { return .brokenPipe(name) }
    switch error.kind {
    case .interrupted:
      SignalCenter.shared.noticeStop()
      return .stopped
    case .system where error.errorNumber != 0:
      return .failure(name, errno: error.errorNumber)
    case .foreign where name == "stdin":
      // Like raw data that cannot be what it is taken for.
      return .usage(name, error.advice(name, typeOption))
    default:
      return .failure(name, error.advice(name, typeOption))
    }
  }
}

extension AudioFileError {
  /// The complaint, followed by what helps.
  ///
  /// - Parameters:
  ///   - name: The operand, or `stdin`.
  ///   - typeOption: The option that states the file's type.
  func advice(_ name: String, _ typeOption: String = "-t") -> String {
    switch remedy {
    case .resample(let rate): "\(message); add -r \(plainNumber(rate))"
    case .nameType([.raw]): "\(message); for raw samples use \(typeOption) raw"
    case .nameType(let types):
      "\(message); use " + types.map { "\(typeOption) \($0.name)" }.joined(separator: " or ")
    case .conversion(let kind):
      message
        + (Self.command(for: kind, name == "stdin" ? "-" : "FILE").map { "; \($0)" } ?? "")
    case nil: message
    }
  }

  /// A command that converts data of this kind to sound, or nil.
  private static func command(for kind: String, _ file: String) -> String? {
    switch kind {
    case "HTML", "PDF", "PNG", "JPEG", "GIF", "WebP", "MIDI", "ELF", "SoundFont": nil
    case "ZIP", "RAR", "7-Zip": "unpack it first"
    case "gzip": "try gzip -dc \(file)"
    case "xz": "try xz -dc \(file)"
    case "bzip2": "try bzip2 -dc \(file)"
    case "zstd": "try zstd -dc \(file)"
    case "SoX": "try sox -t sox \(file) -t au -"
    default: "try ffmpeg -i \(file) -f au -"
    }
  }
}
