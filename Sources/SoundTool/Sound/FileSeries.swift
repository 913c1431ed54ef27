public import PCM
internal import Platform
public import SoundFile
internal import Synchronization

/// A recording in several files: `take-001.wav`, `take-002.wav`, or as a strftime pattern says. No
/// frame is lost between them. One thread at a time, but for ``splitter``.
public final class FileSeries: FrameSink {
  /// When the next file begins.
  public enum Limit: Hashable, Sendable {
    /// After so many frames.
    case frames(Int)
    /// Before a file is larger than so many bytes.
    case bytes(Int)
  }

  /// What ``write(_:)`` takes.
  public let format: StreamFormat
  /// Always a file.
  public var isStream: Bool { false }
  /// Frames written so far, in all files.
  public var frameCount: Int { finishedFrameCount + (sink?.frameCount ?? 0) }

  private let pattern: String
  private let fileFormat: AudioFileFormat
  private let limit: Limit
  private let replacing: Bool
  private let syncs: Bool
  private var sink: AudioSink?
  private var path = ""
  private var number = 0
  private var finishedFrameCount = 0
  private let splits = SplitFlag()

  private final class SplitFlag: Sendable {
    let value = Atomic<Bool>(false)
  }

  /// A series; its first file is opened at once.
  ///
  /// - Parameters:
  ///   - plan: Names the first file, or the pattern.
  ///   - format: The frames; its encoding is the file format's.
  public init(
    _ plan: OutputPlan, as fileFormat: AudioFileFormat, format: StreamFormat, limit: Limit,
    syncs: Bool
  ) throws(ToolError) {
    guard let path = plan.path else { throw .usage("--split", "needs a file to write") }
    pattern = path
    self.fileFormat = fileFormat
    self.format = format
    self.limit = limit
    replacing = plan.replacing
    self.syncs = syncs
    try beginFile()
  }

  /// Makes the next write begin a new file. Any thread but the audio thread.
  public var splitter: @Sendable () -> Void {
    let splits = splits
    return { splits.value.store(true, ordering: .relaxed) }
  }

  /// Writes whole frames, going on to the next file where the limit lies.
  public func write(_ frames: RawSpan) throws(ToolError) {
    let width = format.bytesPerFrame
    var rest = frames
    if splits.value.exchange(false, ordering: .relaxed), sink?.frameCount != 0 { try nextFile() }
    while rest.byteCount > 0 {
      let count = min(room, rest.byteCount / width)
      guard count > 0 else {
        try nextFile()
        continue
      }
      try sink?.write(rest.extracting(0..<count * width))
      rest = rest.extracting(count * width..<rest.byteCount)
    }
  }

  /// Completes the last file.
  public func close() throws(ToolError) {
    guard let last = sink.take() else { return }
    defer { finishedFrameCount += last.frameCount }
    try last.close()
  }

  /// Frames that still fit into the current file; at least one in an empty file.
  private var room: Int {
    let written = sink?.frameCount ?? 0
    switch limit {
    case .frames(let most): return max(most - written, 0)
    case .bytes(let most):
      // A coded file is as large as it is; a plain one grows by what is written.
      let isPlain = fileFormat.codec.isPlain
      let size = isPlain ? written * format.bytesPerFrame : 0
      let onDisk = FileIdentity(path: path)?.byteCount ?? 0
      let left = most - max(size + Self.headerByteCount, onDisk)
      return max(left / format.bytesPerFrame, written == 0 ? 1 : 0)
    }
  }

  private static let headerByteCount = 128

  private func nextFile() throws(ToolError) {
    try close()
    try beginFile()
  }

  private func beginFile() throws(ToolError) {
    number += 1
    path = nextPath()
    let plan = try OutputPlan(path: path, type: .named(fileFormat.type), replacing: replacing)
    sink = try AudioSink(
      plan, as: fileFormat, rate: format.rate, channelCount: format.channelCount, syncs: syncs)
    Messages.detail(path, "begun")
  }

  private func nextPath() -> String {
    if pattern.contains("%") {
      let name = Self.expand(pattern)
      // Two files within the pattern's finest unit are told apart by a number.
      return name == path || path.hasPrefix(Self.stem(name) + "-") && number > 1
        ? Self.numbered(name, number) : name
    }
    return Self.numbered(pattern, number)
  }

  /// `take.wav` and 7 make `take-007.wav`.
  static func numbered(_ path: String, _ number: Int) -> String {
    let digits = String(number)
    let padded = String(repeating: "0", count: max(0, 3 - digits.count)) + digits
    return "\(stem(path))-\(padded)\(path.dropFirst(stem(path).count))"
  }

  /// The path without the last suffix of its last component.
  private static func stem(_ path: String) -> Substring {
    let name = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
    guard let dot = path[name...].lastIndex(of: "."), dot != name else { return path[...] }
    return path[..<dot]
  }

  /// Local time in place of the pattern's fields. Corresponds to `strftime`.
  private static func expand(_ pattern: String) -> String {
    var now = time(nil)
    var fields = unsafe tm()
    unsafe localtime_r(&now, &fields)
    return unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { buffer in
      guard let base = buffer.baseAddress, unsafe strftime(base, buffer.count, pattern, &fields) > 0
      else { return pattern }
      return unsafe String(cString: base)
    }
  }
}

extension AudioCodec {
  fileprivate var isPlain: Bool {
    if case .pcm = self { return true }
    return false
  }
}

extension Words {
  /// When `--split` begins the next file: a TIME, or a size such as 100M.
  public static func split(_ text: String) throws(InvalidValue) -> SplitLimit {
    let units: [Character: Int] = ["k": 1_000, "m": 1_000_000, "g": 1_000_000_000]
    if let last = text.lowercased().last, let unit = units[last], text.lowercased().last != "f",
      let number = decimal(text.dropLast()), number > 0
    {
      return .bytes(Int(min(number * Double(unit), 1e18)))
    }
    let time = try time(text)
    guard time.seconds(at: 1) > 0 else { throw InvalidValue("not a length of time, or a size") }
    return .time(time)
  }
}

/// What `--split` says.
public enum SplitLimit: Hashable, Sendable {
  /// So many bytes.
  case bytes(Int)
  /// So long.
  case time(FrameTime)

  /// The limit for frames at this rate.
  public func limit(at rate: Double) -> FileSeries.Limit {
    switch self {
    case .bytes(let count): .bytes(count)
    case .time(let time): .frames(max(1, time.frameCount(at: rate)))
    }
  }
}
