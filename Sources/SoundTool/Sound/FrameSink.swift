/// Something that takes frames: one file or pipe, or a series of files.
public protocol FrameSink: AnyObject {
  /// What messages call it.
  var name: String { get }
  /// What ``write(_:)`` takes.
  var format: StreamFormat { get }
  /// Whether it goes to a pipe or a device.
  var isStream: Bool { get }
  /// Frames written so far.
  var frameCount: Int { get }
  /// Writes whole frames, all of them.
  func write(_ frames: RawSpan) throws(ToolError)
  /// Completes the output.
  func close() throws(ToolError)
}

extension AudioSink: FrameSink {}
