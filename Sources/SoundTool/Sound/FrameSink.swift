/// A destination of frames: one file or pipe, or a series of files.
public protocol FrameSink: AnyObject {
  /// The name in messages.
  var name: String { get }
  /// The format that ``write(_:captured:)`` takes.
  var format: StreamFormat { get }
  /// Whether it goes to a pipe or a device.
  var isStream: Bool { get }
  /// Frames written so far.
  var frameCount: Int { get }
  /// Samples that were changed because the type cannot hold them.
  var clippedCount: Int { get }
  /// Writes whole frames, all of them.
  ///
  /// - Parameter captured: The wall time of the first one, in seconds since 1970-01-01 00:00 UTC;
  ///   nil if unknown or meaningless.
  func write(_ frames: RawSpan, captured: Double?) throws(ToolError)
  /// Completes what was written so far, as the rest may come much later: a series its file, a file
  /// its header.
  func completePart() throws(ToolError)
  /// Completes the output.
  func close() throws(ToolError)
}

extension FrameSink {
  /// Writes whole frames of unknown capture time.
  public func write(_ frames: RawSpan) throws(ToolError) { try write(frames, captured: nil) }
}

extension AudioSink: FrameSink {}
