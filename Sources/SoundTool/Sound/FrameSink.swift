/// Something that takes frames: one file or pipe, or a series of files.
public protocol FrameSink: AnyObject {
  /// What messages call it.
  var name: String { get }
  /// What ``write(_:captured:)`` takes.
  var format: StreamFormat { get }
  /// Whether it goes to a pipe or a device.
  var isStream: Bool { get }
  /// Frames written so far.
  var frameCount: Int { get }
  /// Samples that became others because the type could not take them.
  var clippedCount: Int { get }
  /// Writes whole frames, all of them.
  ///
  /// - Parameter captured: The wall time of the first of them, in seconds since 1970-01-01 00:00
  ///   UTC; nil where nobody knows it, or where it means nothing.
  func write(_ frames: RawSpan, captured: Double?) throws(ToolError)
  /// Completes the output.
  func close() throws(ToolError)
}

extension FrameSink {
  /// Writes whole frames of which nobody knows when they were captured.
  public func write(_ frames: RawSpan) throws(ToolError) { try write(frames, captured: nil) }
}

extension AudioSink: FrameSink {}
