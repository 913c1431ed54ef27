public import SoundFile
internal import Synchronization

/// A recording in several files, named by ``SeriesNamer``. No frame is lost between them, and no
/// existing file is touched. One thread at a time, except for ``splitter``.
public final class FileSeries: FrameSink {
  /// The condition that starts the next file.
  public enum Limit: Hashable, Sendable {
    /// After this many frames.
    case frames(Int)
    /// Before a file exceeds this many bytes.
    case bytes(Int)
    /// At whole multiples of this many seconds, counted from local midnight.
    case aligned(seconds: Double)
  }

  /// The current file, preceded by the first if there are several.
  public var name: String {
    path.isEmpty ? namer.pattern : firstPath == path ? path : "\(firstPath) … \(path)"
  }
  /// The format that ``write(_:captured:)`` takes.
  public let format: StreamFormat
  /// False: it is always a file.
  public var isStream: Bool { false }
  /// Frames written so far, in all files.
  public var frameCount: Int { finishedFrameCount + (sink?.frameCount ?? 0) }
  /// Samples that the files' type cannot hold.
  public var clippedCount: Int { finishedClippedCount + (sink?.clippedCount ?? 0) }
  /// Called when a file has begun, with its path, the number of its first frame, and that frame's
  /// capture time in seconds since 1970-01-01 00:00 UTC.
  public var didBegin: ((_ path: String, _ frame: Int, _ captured: Double) -> Void)?

  private let fileFormat: AudioFileFormat
  private let limit: Limit
  private let syncs: Bool
  private let mayBeEmpty: Bool
  private var namer: SeriesNamer
  private var keeper: SeriesKeeper?
  private var sink: AudioSink?
  private var path = ""
  private var firstPath = ""
  /// Frames of the current file, if it has a limit in frames.
  private var length = Int.max
  /// The wall time at which an aligned file ends. Lost frames do not put it off.
  private var endTime = 0.0
  private var headerByteCount = 0
  private var finishedFrameCount = 0
  private var finishedClippedCount = 0
  private let splits = SplitFlag()

  /// Creates a series; its first file is opened with its first frame.
  ///
  /// - Parameters:
  ///   - plan: Names the first file, or the pattern.
  ///   - format: The frames' format; its encoding is the file format's.
  ///   - channel: The channel of a recording that these files hold, if each has its own.
  ///   - keeping: The number of files to keep; nil for all.
  ///   - syncs: Whether to force files to the disk once per second.
  ///   - mayBeEmpty: Whether a series without frames has no file; otherwise it has an empty one.
  public init(
    _ plan: OutputPlan, as fileFormat: AudioFileFormat, format: StreamFormat, limit: Limit,
    channel: Int? = nil, keeping: Int? = nil, syncs: Bool = false, mayBeEmpty: Bool = false
  ) throws(ToolError) {
    guard let pattern = plan.path else { throw .usage("--split", "needs a file to write") }
    self.fileFormat = fileFormat
    self.format = format
    self.limit = limit
    self.syncs = syncs
    self.mayBeEmpty = mayBeEmpty
    let folder = SeriesNamer.folder(SeriesNamer.expand(pattern, at: System.wallTime))
    let existing = try System.names(inFolder: folder)
    namer = SeriesNamer(pattern, channel: channel, existing: existing)
    if let keeping {
      keeper = SeriesKeeper(namer, keeping: keeping, folder: folder, existing: existing)
    }
  }

  /// Makes the next write start a new file. Any thread except the audio thread.
  public var splitter: @Sendable () -> Void {
    let splits = splits
    return { splits.set() }
  }

  /// Completes the current file, unless it is empty; the next write starts a new one.
  public func split() throws(ToolError) {
    if sink?.frameCount != 0 { try close() }
  }

  /// The same.
  public func completePart() throws(ToolError) { try split() }

  /// Writes whole frames, and continues in the next file at the limit.
  public func write(_ frames: RawSpan, captured: Double?) throws(ToolError) {
    let width = format.bytesPerFrame
    let start = captured ?? System.wallTime
    var rest = frames
    if splits.take() { try split() }
    while rest.byteCount > 0 {
      let now = start + Double((frames.byteCount - rest.byteCount) / width) / format.rate
      if sink == nil { try beginFile(at: now) }
      let count = min(room(at: now), rest.byteCount / width)
      guard count > 0 else {
        try close()
        continue
      }
      try sink?.write(rest.extracting(0..<count * width), captured: captured == nil ? nil : now)
      rest = rest.extracting(count * width..<rest.byteCount)
    }
  }

  /// Completes the current file; a series without frames is one empty file, unless it may have none.
  public func close() throws(ToolError) {
    if sink == nil, path.isEmpty, !mayBeEmpty { try beginFile(at: System.wallTime) }
    guard let last = sink.take() else { return }
    defer {
      finishedFrameCount += last.frameCount
      finishedClippedCount += last.clippedCount
    }
    try last.close()
  }

  /// Frames captured from `now` on that still belong in the current file; at least one in an empty
  /// file.
  private func room(at now: Double) -> Int {
    let written = sink?.frameCount ?? 0
    if case .aligned = limit {
      let left = min(Int(((endTime - now) * format.rate).rounded()), length - written)
      return max(left, written == 0 ? 1 : 0)
    }
    guard case .bytes(let maxCount) = limit else { return max(length - written, 0) }
    // The size of a coded file is only known afterwards; a plain one grows with each write.
    let size = fileFormat.codec.isPlain ? written * format.bytesPerFrame : 0
    let onDisk = FileIdentity(path: path)?.byteCount ?? 0
    let left = maxCount - max(size + headerByteCount, onDisk)
    return max(left / format.bytesPerFrame, written == 0 ? 1 : 0)
  }

  private func beginFile(at captured: Double) throws(ToolError) {
    // To the frame, as the time in the file is.
    let time = (captured * format.rate).rounded() / format.rate
    path = try namer.next(at: time, reserve: System.createFile)
    if firstPath.isEmpty { firstPath = path }
    let plan = try OutputPlan(path: path, type: .named(fileFormat.type))
    var options = AudioFileWriter.Options()
    options.reservesOrigination = true
    options.length = .atMost(begin(at: captured))
    if let keeper { options.tags[.software] = keeper.mark }
    sink = try AudioSink(
      plan, as: fileFormat, rate: format.rate, channelCount: format.channelCount, options: options,
      syncs: syncs)
    headerByteCount = FileIdentity(path: path)?.byteCount ?? 0
    Messages.detail(path, "begun")
    keeper?.add(path)
    didBegin?(path, finishedFrameCount, captured)
  }

  /// The maximum number of frames in a file that begins now.
  private func begin(at captured: Double) -> Int {
    switch limit {
    case .frames(let maxCount): length = maxCount
    case .bytes(let maxCount): return maxCount / format.bytesPerFrame
    case .aligned(let seconds):
      length = SeriesAlignment.frameCount(from: captured, length: seconds, rate: format.rate)
      endTime = captured + Double(length) / format.rate
    }
    return length
  }
}

/// A request for a new file, from the signal thread.
final class SplitFlag: Sendable {
  private let value = Atomic<Bool>(false)

  func set() { value.store(true, ordering: .relaxed) }

  /// Returns whether it was set since the last call.
  func take() -> Bool { value.exchange(false, ordering: .relaxed) }
}

extension AudioCodec {
  fileprivate var isPlain: Bool {
    if case .pcm = self { return true }
    return false
  }
}
