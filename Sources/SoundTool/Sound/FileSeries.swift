public import SoundFile
internal import Synchronization

/// A recording in several files, named by ``SeriesNamer``. No frame is lost between them, and no file
/// that exists is touched. One thread at a time, but for ``splitter``.
public final class FileSeries: FrameSink {
  /// When the next file begins.
  public enum Limit: Hashable, Sendable {
    /// After so many frames.
    case frames(Int)
    /// Before a file is larger than so many bytes.
    case bytes(Int)
    /// At whole multiples of so many seconds, counted from local midnight.
    case aligned(seconds: Double)
  }

  /// The current file, and the first where there are several.
  public var name: String { firstPath == path ? path : "\(firstPath) … \(path)" }
  /// What ``write(_:captured:)`` takes.
  public let format: StreamFormat
  /// Always a file.
  public var isStream: Bool { false }
  /// Frames written so far, in all files.
  public var frameCount: Int { finishedFrameCount + (sink?.frameCount ?? 0) }
  /// Samples that the files' type could not take.
  public var clippedCount: Int { finishedClippedCount + (sink?.clippedCount ?? 0) }
  /// Called when a file has begun: its path, the number of its first frame, and when that was
  /// captured in seconds since 1970-01-01 00:00 UTC.
  public var didBegin: ((_ path: String, _ frame: Int, _ captured: Double) -> Void)?

  private let fileFormat: AudioFileFormat
  private let limit: Limit
  private let syncs: Bool
  private var namer: SeriesNamer
  private var keeper: SeriesKeeper?
  private var sink: AudioSink?
  private var path = ""
  private var firstPath = ""
  /// Frames of the file being written, where its limit is a number of them.
  private var length = Int.max
  private var finishedFrameCount = 0
  private var finishedClippedCount = 0
  private let splits = SplitFlag()

  /// A series; its first file is opened with its first frame.
  ///
  /// - Parameters:
  ///   - plan: Names the first file, or the pattern.
  ///   - format: The frames; its encoding is the file format's.
  ///   - channel: The channel of a recording that these files hold, where each has its own.
  ///   - keeping: How many files are kept, nil for all.
  public init(
    _ plan: OutputPlan, as fileFormat: AudioFileFormat, format: StreamFormat, limit: Limit,
    channel: Int? = nil, keeping: Int? = nil, syncs: Bool = false
  ) throws(ToolError) {
    guard let pattern = plan.path else { throw .usage("--split", "needs a file to write") }
    self.fileFormat = fileFormat
    self.format = format
    self.limit = limit
    self.syncs = syncs
    let folder = SeriesNamer.folder(SeriesNamer.expand(pattern, at: System.wallTime))
    let existing = try System.names(inFolder: folder)
    namer = SeriesNamer(pattern, channel: channel, existing: existing)
    if let keeping {
      keeper = SeriesKeeper(namer, keeping: keeping, folder: folder, existing: existing)
    }
  }

  /// Makes the next write begin a new file. Any thread but the audio thread.
  public var splitter: @Sendable () -> Void {
    let splits = splits
    return { splits.set() }
  }

  /// Completes the file being written, unless it is empty; the next write begins a new one.
  public func split() throws(ToolError) {
    if sink?.frameCount != 0 { try close() }
  }

  /// Writes whole frames, going on to the next file where the limit lies.
  public func write(_ frames: RawSpan, captured: Double?) throws(ToolError) {
    let width = format.bytesPerFrame
    let start = captured ?? System.wallTime
    var rest = frames
    if splits.take() { try split() }
    while rest.byteCount > 0 {
      let now = start + Double((frames.byteCount - rest.byteCount) / width) / format.rate
      if sink == nil { try beginFile(at: now) }
      let count = min(room, rest.byteCount / width)
      guard count > 0 else {
        try close()
        continue
      }
      try sink?.write(rest.extracting(0..<count * width), captured: captured == nil ? nil : now)
      rest = rest.extracting(count * width..<rest.byteCount)
    }
  }

  /// Completes the file being written; a series without a frame is one empty file.
  public func close() throws(ToolError) {
    if sink == nil, path.isEmpty { try beginFile(at: System.wallTime) }
    guard let last = sink.take() else { return }
    defer {
      finishedFrameCount += last.frameCount
      finishedClippedCount += last.clippedCount
    }
    try last.close()
  }

  /// Frames that still fit into the current file; at least one in an empty file.
  private var room: Int {
    let written = sink?.frameCount ?? 0
    guard case .bytes(let most) = limit else { return max(length - written, 0) }
    // A coded file is as large as it is; a plain one grows by what is written.
    let size = fileFormat.codec.isPlain ? written * format.bytesPerFrame : 0
    let onDisk = FileIdentity(path: path)?.byteCount ?? 0
    let left = most - max(size + Self.headerByteCount, onDisk)
    return max(left / format.bytesPerFrame, written == 0 ? 1 : 0)
  }

  /// More than any header of ours without texts.
  private static let headerByteCount = 800

  private func beginFile(at captured: Double) throws(ToolError) {
    path = try namer.next(at: captured, reserve: System.createFile)
    if firstPath.isEmpty { firstPath = path }
    let plan = try OutputPlan(path: path, type: .named(fileFormat.type))
    var options = AudioFileWriter.Options()
    options.reservesOrigination = true
    options.length = .atMost(begin(at: captured))
    if let keeper { options.tags[.software] = keeper.mark }
    sink = try AudioSink(
      plan, as: fileFormat, rate: format.rate, channelCount: format.channelCount, options: options,
      syncs: syncs)
    Messages.detail(path, "begun")
    keeper?.add(path)
    didBegin?(path, finishedFrameCount, captured)
  }

  /// The most frames that a file has which begins now.
  private func begin(at captured: Double) -> Int {
    switch limit {
    case .frames(let most): length = most
    case .bytes(let most): return most / format.bytesPerFrame
    case .aligned(let seconds):
      length = SeriesAlignment.frameCount(from: captured, length: seconds, rate: format.rate)
    }
    return length
  }
}

/// Says, from the signal thread, that a new file is wanted.
final class SplitFlag: Sendable {
  private let value = Atomic<Bool>(false)

  func set() { value.store(true, ordering: .relaxed) }

  /// Whether it was set since the last time.
  func take() -> Bool { value.exchange(false, ordering: .relaxed) }
}

extension AudioCodec {
  fileprivate var isPlain: Bool {
    if case .pcm = self { return true }
    return false
  }
}
