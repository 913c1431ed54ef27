/// Cuts a stream of bytes, however it arrives, into whole frames.
///
/// A read hands over what has arrived as soon as that is one frame; the bytes of a frame still
/// incomplete wait inside.
public struct FrameReader: Sendable {
  private let pipe: PipeReader
  private let frameByteCount: Int
  // What was read and not handed over: at first the head somebody looked at, later less than a
  // frame.
  private var pending: [UInt8]
  private var ended = false

  /// A reader of frames of `frameByteCount` bytes; `head` is what has been read from the pipe
  /// before, to find out what it carries.
  public init(_ pipe: PipeReader, frameByteCount: Int, head: [UInt8] = []) {
    precondition(frameByteCount > 0, "a frame has at least one byte")
    self.pipe = pipe
    self.frameByteCount = frameByteCount
    pending = head
  }

  /// After the end: the bytes that were no whole frame, and were not handed over.
  public var trailingByteCount: Int { ended ? pending.count % frameByteCount : 0 }

  /// Reads whole frames, at least one and at most as many as fit, without waiting for more than
  /// one.
  ///
  /// - Parameter span: room for at least one frame.
  /// - Returns: the number of frames, 0 at the end.
  public mutating func read(into span: inout MutableRawSpan) throws(ToolError) -> Int {
    let capacity = span.byteCount / frameByteCount * frameByteCount
    precondition(capacity > 0, "room for at least one frame")
    var filled = min(pending.count, capacity)
    for index in 0..<filled {
      span.storeBytes(of: pending[index], toByteOffset: index, as: UInt8.self)
    }
    pending.removeFirst(filled)
    while filled < frameByteCount, !ended {
      let count = try pipe.read(into: &span, from: filled, to: capacity)
      ended = count == 0
      filled += count
    }
    let whole = filled / frameByteCount
    for index in whole * frameByteCount..<filled {
      unsafe pending.append(span.bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self))
    }
    return whole
  }
}
