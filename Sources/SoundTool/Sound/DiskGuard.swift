internal import SoundFile
internal import Platform

/// Ends a recording before its disk is full, with a complete file and room for other programs.
public final class DiskGuard: FrameSink {
  private let sink: any FrameSink
  private let folder: String
  private let leastByteCount: Int
  private let freeByteCount: (String) -> Int?
  private let limit: RateLimit

  /// Watches the disk of a file being written.
  ///
  /// - Parameters:
  ///   - sink: The output.
  ///   - path: The file, or the pattern.
  ///   - leastByteCount: The number of bytes to keep free.
  public convenience init(
    _ sink: any FrameSink, path: String, leastByteCount: Int
  ) {
    self.init(
      sink, path: path, leastByteCount: leastByteCount, interval: 1,
      freeByteCount: Self.freeByteCount(ofFolder:)
    )
  }

  init(
    _ sink: any FrameSink, path: String, leastByteCount: Int, interval: Double,
    freeByteCount: @escaping (String) -> Int?
  ) {
    self.sink = sink
    folder = SeriesNamer.folder(SeriesNamer.expand(path, at: System.wallTime))
    self.leastByteCount = leastByteCount
    self.freeByteCount = freeByteCount
    limit = RateLimit(interval: interval)
  }

  /// Throws a failure if the output's disk already has less room, before anything is opened.
  public static func check(path: String, leastByteCount: Int) throws(ToolError) {
    let folder = SeriesNamer.folder(SeriesNamer.expand(path, at: System.wallTime))
    guard let free = freeByteCount(ofFolder: folder), free < leastByteCount else { return }
    throw tooFull(folder, free, leastByteCount)
  }

  /// The format that ``write(_:captured:)`` takes.
  public var format: StreamFormat { sink.format }
  /// The output's name in messages.
  public var name: String { sink.name }
  /// Whether the output is a pipe or a device.
  public var isStream: Bool { sink.isStream }
  /// Frames written so far.
  public var frameCount: Int { sink.frameCount }

  /// Samples that the file's type cannot hold.
  public var clippedCount: Int { sink.clippedCount }

  /// Writes frames, unless the disk has too little room left.
  public func write(_ frames: RawSpan, captured: Double?) throws(ToolError) {
    if limit.pass() != nil, let free = freeByteCount(folder), free < leastByteCount {
      throw Self.tooFull(folder, free, leastByteCount)
    }
    try sink.write(frames, captured: captured)
  }

  /// Completes what was written so far.
  public func completePart() throws(ToolError) { try sink.completePart() }

  /// Completes the output.
  public func close() throws(ToolError) { try sink.close() }

  private static func tooFull(_ folder: String, _ free: Int, _ least: Int) -> ToolError {
    .failure(
      folder, "\(megabytes(free)) free on this disk, --min-free asks for \(megabytes(least))")
  }

  private static func megabytes(_ byteCount: Int) -> String {
    let tenths = byteCount / 100_000
    return "\(tenths / 10).\(tenths % 10) MB"
  }

  /// The bytes that this user may still write, or nil if unknown.
  private static func freeByteCount(ofFolder path: String) -> Int? {
    var status = statvfs()
    guard unsafe statvfs(FileName.bytes(of: path), &status) == 0 else { return nil }
    return Int(clamping: UInt64(status.f_bavail) * UInt64(status.f_frsize))
  }
}
