internal import PCM
internal import Platform
internal import SoundFile

/// An operand that is open but not read yet. It is closed with this object, unless its file was
/// taken.
final class OpenOperand {
  let name: String
  let identity: FileIdentity?
  let type: AudioFileType?
  private let raw: RawDescription
  private let typeOption: String
  private let path: String?
  private var descriptor: CInt?
  /// A type of two files must be read in order to be opened.
  private var opened: AudioFile?

  init(_ operand: String, _ options: AudioSource.Options) throws(ToolError) {
    let resolved = options.raw.resolved
    raw = RawDescription(
      encoding: resolved.encoding, sampleRate: resolved.rate, channelCount: resolved.channelCount)
    type = if case .named(let type) = options.type { type } else { nil }
    typeOption = options.typeOption
    path = operand == "-" ? nil : operand
    name = operand.isEmpty ? "''" : path ?? "stdin"
    guard let path else {
      try StandardStreams.refuseTerminalInput()
      identity = FileIdentity(descriptor: STDIN_FILENO)
      return
    }
    if (type ?? AudioFileType.forPath(path)) == .sd2 {
      let (type, raw, center) = (type, raw, SignalCenter.shared)
      opened = try AudioSource.calling(name, typeOption: typeOption) {
        () throws(AudioFileError) in
        try AudioFile(path: path, type: type, raw: raw, interrupted: { center.isStopping })
      }
      identity = FileIdentity(path: path)
    } else {
      let descriptor = try System.openForReading(path)
      self.descriptor = descriptor
      identity = FileIdentity(descriptor: descriptor)
    }
  }

  deinit {
    if let descriptor { close(descriptor) }
  }

  /// Whether it may be long in coming.
  var isPipe: Bool { identity?.isRegularFile == false }

  /// Reads its header, once.
  func file() throws(ToolError) -> AudioFile {
    if let opened { return opened }
    let (path, type, raw, center) = (path, type, raw, SignalCenter.shared)
    let descriptor = self.descriptor.take()
    return try AudioSource.calling(name, typeOption: typeOption) {
      () throws(AudioFileError) in
      try AudioFile(
        descriptor: descriptor ?? STDIN_FILENO, closing: descriptor != nil, path: path, type: type,
        raw: raw, interrupted: { center.isStopping })
    }
  }
}

extension System {
  /// Opens a file, or a named pipe; waits for the pipe's writer until a stop.
  fileprivate static func openForReading(_ path: String) throws(ToolError) -> CInt {
    while true {
      try SignalCenter.shared.checkStop()
      let (descriptor, code) = SignalCenter.shared.interruptible {
        let descriptor = unsafe open(FileName.bytes(of: path), O_RDONLY | O_CLOEXEC | O_NOCTTY)
        return (descriptor, errno)
      }
      if descriptor >= 0 { return descriptor }
      guard code == EINTR else { throw .failure(path.isEmpty ? "''" : path, errno: code) }
    }
  }
}
