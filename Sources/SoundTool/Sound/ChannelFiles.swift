internal import PCM

/// A file, or a series, for each channel: all with the same frames.
public final class ChannelFiles: FrameSink {
  /// The format that ``write(_:captured:)`` takes: all channels.
  public let format: StreamFormat
  private let sinks: [any FrameSink]
  private var channel: [UInt8] = []
  private let splits = SplitFlag()

  /// Distributes frames.
  ///
  /// - Parameter open: Opens the output of a channel, counted from 1, which takes mono frames of
  ///   the same encoding and rate.
  public init(
    _ format: StreamFormat,
    open: (_ channel: Int, _ format: StreamFormat) throws(ToolError) -> any FrameSink
  ) throws(ToolError) {
    self.format = format
    var mono = format
    mono.channelCount = 1
    var sinks: [any FrameSink] = []
    for channel in 1...format.channelCount { sinks.append(try open(channel, mono)) }
    self.sinks = sinks
  }

  /// Makes the next write start new files, at the same frame in each. Any thread except the audio
  /// thread.
  public var splitter: @Sendable () -> Void {
    let splits = splits
    return { splits.set() }
  }

  /// The first channel's output, and the last.
  public var name: String {
    guard let first = sinks.first?.name, let last = sinks.last?.name else { return "" }
    return first == last ? first : "\(first) … \(last)"
  }

  /// Whether any output is a pipe or a device.
  public var isStream: Bool { sinks.contains { $0.isStream } }

  /// Frames that are in every channel's output.
  public var frameCount: Int { sinks.map(\.frameCount).min() ?? 0 }

  /// Samples that the files' type cannot hold.
  public var clippedCount: Int { sinks.reduce(0) { $0 + $1.clippedCount } }

  /// Writes each channel to its own output.
  public func write(_ frames: RawSpan, captured: Double?) throws(ToolError) {
    if splits.take() {
      for case let series as FileSeries in sinks { try series.split() }
    }
    let (width, count) = (format.encoding.byteCount, frames.byteCount / format.bytesPerFrame)
    for (index, sink) in sinks.enumerated() {
      channel.removeAll(keepingCapacity: true)
      unsafe frames.withUnsafeBytes { bytes in
        for frame in 0..<count {
          let start = frame * format.bytesPerFrame + index * width
          unsafe channel.append(contentsOf: bytes[start..<(start + width)])
        }
      }
      let samples = channel
      unsafe try sink.write(samples.span.bytes, captured: captured)
    }
  }

  /// Completes what was written so far.
  public func completePart() throws(ToolError) {
    try forEach { sink throws(ToolError) in try sink.completePart() }
  }

  /// Completes all outputs.
  public func close() throws(ToolError) {
    try forEach { sink throws(ToolError) in try sink.close() }
  }

  /// Calls `body` with all outputs even if one fails, then throws the first failure.
  private func forEach(_ body: (any FrameSink) throws(ToolError) -> Void) throws(ToolError) {
    var failure: ToolError?
    for sink in sinks {
      do throws(ToolError) { try body(sink) } catch { failure = failure ?? error }
    }
    if let failure { throw failure }
  }
}
