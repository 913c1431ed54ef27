public import PCM
internal import Platform
public import SoundFile

/// The destination of sound and its file type, decided or refused before anything is opened.
public struct OutputPlan: Hashable, Sendable {
  /// The file, or nil for stdout.
  public let path: String?
  /// The container.
  public let type: AudioFileType
  /// Whether the header cannot be completed later: a pipe, a device, or a file that is appended to.
  public let isStream: Bool
  /// Whether an existing file is replaced; if not, it is an error.
  public let replacing: Bool

  /// The name in messages.
  public var name: String { path.map { $0.isEmpty ? "''" : $0 } ?? "stdout" }

  /// Creates a plan for `path` (nil and `-` are stdout), with the type from `-t` or the name.
  ///
  /// - Parameter isOpenedHere: Whether this process opens it. If not, its own stdout is not the
  ///   plan's, and another process has checked that one.
  /// - Throws: A usage error: a terminal, a name without a known type, or a type that cannot go to
  ///   a pipe.
  public init(path: String?, type: TypeChoice, replacing: Bool = true, isOpenedHere: Bool = true)
    throws(ToolError)
  {
    self.path = Self.isOutput(path) ? nil : path
    self.replacing = replacing
    if let path = self.path {
      let existing = FileIdentity(path: path)
      isStream = existing.map { !$0.isRegularFile } ?? false
    } else if !isOpenedHere {
      isStream = false
    } else {
      try StandardStreams.refuseTerminal()
      let existing = FileIdentity(descriptor: StandardStreams.output)
      isStream = existing.map { !$0.isRegularFile || $0.byteCount > 0 } ?? true
    }
    self.type = try Self.type(type, path: path, isOutput: self.path == nil, isStream: isStream)
    if isStream, !self.type.canBeWrittenToPipe {
      throw .usage(
        name, "\(self.type.name) cannot be written to a pipe, try au, wav, flac or ogg")
    }
  }

  /// Whether a path is stdout, under any name: `/dev/stdout`, `/dev/fd/1`, a link.
  private static func isOutput(_ path: String?) -> Bool {
    guard let path, path != "-" else { return true }
    guard let named = FileIdentity(path: path),
      let output = FileIdentity(descriptor: StandardStreams.output)
    else { return false }
    // /dev/null is the same place under any name, and keeps its name in messages.
    return named.isSameFile(as: output)
      && (!output.isDevice || System.isTerminal(StandardStreams.output))
  }

  private static func type(
    _ choice: TypeChoice, path: String?, isOutput: Bool, isStream: Bool
  ) throws(ToolError) -> AudioFileType {
    if case .named(let type) = choice { return type }
    if let type = path.flatMap(AudioFileType.forPath) { return type }
    guard let path, !isOutput, !isStream else { return .raw }
    throw .usage(path, complaint(about: path))
  }

  /// The complaint about a name without a type: it has none, or one that cannot be written.
  private static func complaint(about path: String) -> String {
    let name = path.split(separator: "/").last ?? ""
    let suffix = name.split(separator: ".", omittingEmptySubsequences: false).dropFirst().last ?? ""
    let isType =
      (2...5).contains(suffix.count)
      && suffix.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
      && suffix.contains(where: \.isLetter)
    return isType
      ? "\(suffix) cannot be written; see sd-cat --types"
      : "no file extension; add .wav or .flac, or use -t"
  }

  /// The program's error for a failure to create or write the output.
  func failure(_ error: AudioFileError) -> ToolError {
    guard error.kind == .system, error.errorNumber == ENOENT, let folder,
      FileIdentity(path: folder) == nil
    else { return .of(error, name) }
    return .failure(folder, "no such directory")
  }

  /// The file's folder, if its path has one.
  private var folder: String? {
    guard let path, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
      return nil
    }
    return String(path[..<slash])
  }

  /// Whether it has no header.
  public var isRaw: Bool { type == .raw }

  /// Whether raw data goes into a pipe, so that another program must know its format.
  public var isRawPipe: Bool {
    path == nil && type == .raw && FileIdentity(descriptor: StandardStreams.output)?.isPipe == true
  }

  /// The encoding in the file's name, as in `take.s16le`.
  public var encodingInName: SampleEncoding? { path.flatMap(AudioFileType.rawEncoding(forPath:)) }

  /// Throws a usage error if the output is one of the inputs, which opening it would truncate.
  public func refuse(_ inputs: [AudioSource]) throws(ToolError) {
    let identity =
      path.map { FileIdentity(path: $0) } ?? FileIdentity(descriptor: StandardStreams.output)
    guard let identity, identity.isRegularFile else { return }
    for input in inputs where input.identity?.isSameFile(as: identity) == true {
      throw .usage(name, path == nil ? "is also an input (\(input.name))" : "is also an input")
    }
  }

  /// Throws a usage error if the type cannot hold the encoding, rate and channels; nil values are
  /// not known yet.
  public func check(
    _ encoding: SampleEncoding?, rate: Double?, channelCount: Int?
  ) throws(ToolError) {
    guard let encoding else { return }
    try check(
      AudioFileFormat(type, encoding: encoding), rate: rate ?? 48000,
      channelCount: channelCount ?? 1)
  }

  /// Throws a usage error if the format cannot be written here.
  public func check(
    _ format: AudioFileFormat, rate: Double, channelCount: Int
  ) throws(ToolError) {
    do {
      try format.check(sampleRate: rate, channelCount: channelCount, isStream: isStream)
    } catch {
      throw .usage(name, error.advice(name))
    }
  }
}
