internal import SoundFile
internal import Platform

/// Ends a recording before its disk is full: the file is complete, and there is room for others.
public final class DiskGuard: FrameSink {
  private let sink: any FrameSink
  private let folder: String
  private let leastByteCount: Int
  private let freeByteCount: (String) -> Int?
  private let limit: RateLimit

  /// Watches the disk that a file is written to.
  ///
  /// - Parameters:
  ///   - sink: The output.
  ///   - path: The file, or the pattern.
  ///   - leastByteCount: Bytes that stay free.
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

  /// Throws a failure where the disk of a file to be written has less than that, before anything is
  /// opened.
  public static func check(path: String, leastByteCount: Int) throws(ToolError) {
    let folder = SeriesNamer.folder(SeriesNamer.expand(path, at: System.wallTime))
    guard let free = freeByteCount(ofFolder: folder), free < leastByteCount else { return }
    throw tooFull(folder, free, leastByteCount)
  }

  /// What ``write(_:captured:)`` takes.
  public var format: StreamFormat { sink.format }
  /// What messages call the output.
  public var name: String { sink.name }
  /// Whether it goes to a pipe or a device.
  public var isStream: Bool { sink.isStream }
  /// Frames written so far.
  public var frameCount: Int { sink.frameCount }

  /// Samples that the type could not take.
  public var clippedCount: Int { sink.clippedCount }

  /// Writes frames, unless the disk has too little by now.
  public func write(_ frames: RawSpan, captured: Double?) throws(ToolError) {
    if limit.pass() != nil, let free = freeByteCount(folder), free < leastByteCount {
      throw Self.tooFull(folder, free, leastByteCount)
    }
    try sink.write(frames, captured: captured)
  }

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

  /// Bytes that this user may still write; nil where nobody knows.
  private static func freeByteCount(ofFolder path: String) -> Int? {
    var status = statvfs()
    guard unsafe statvfs(FileName.bytes(of: path), &status) == 0 else { return nil }
    return Int(clamping: UInt64(status.f_bavail) * UInt64(status.f_frsize))
  }
}
