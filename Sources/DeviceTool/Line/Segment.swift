internal import SoundDevice
internal import SoundTool

/// The next part from a source.
enum Segment {
  case frames(Frames)
  case gap(LineGap)
  /// An event begins or ends here.
  case mark(Mark)
  /// The device is lost; nothing follows.
  case lost(ToolError)
}

/// A stream's input, segment by segment; nil at its end. One thread at a time.
protocol SegmentSource: AnyObject {
  func next() -> Segment?
}

/// Frames in a source's memory, valid until its next call.
struct Frames {
  let block: Scratch
  let range: Range<Int>
  let bytesPerFrame: Int
  let rate: Double
  /// The capture time of the first frame, in seconds since 1970; nil if unknown.
  let captured: Double?

  var count: Int { range.count }

  func dropFirst(_ count: Int) -> Frames {
    part(min(range.lowerBound + count, range.upperBound)..<range.upperBound)
  }

  func prefix(_ count: Int) -> Frames {
    part(range.lowerBound..<min(range.lowerBound + count, range.upperBound))
  }

  private func part(_ range: Range<Int>) -> Frames {
    let offset = Double(range.lowerBound - self.range.lowerBound) / rate
    return Frames(
      block: block, range: range, bytesPerFrame: bytesPerFrame, rate: rate,
      captured: captured.map { $0 + offset })
  }

  func withBytes<R, E: Error>(_ body: (RawSpan) throws(E) -> R) throws(E) -> R {
    try block.withBytes(range.upperBound * bytesPerFrame) { bytes throws(E) in
      try body(bytes.extracting((range.lowerBound * bytesPerFrame)...))
    }
  }
}

/// The beginning or the end of an event: sound that a trigger passes.
struct Mark: Equatable {
  let isBegin: Bool
  /// The capture time of the event's first frame, or of the one after its last, in seconds since
  /// 1970; nil if unknown.
  let captured: Double?
}

/// Frames missing from a recording, or inserted into the output.
struct LineGap: Equatable {
  enum Cause: Int {
    /// Lost by the host.
    case host
    /// Dropped because they were not read in time.
    case overflow
    /// Silence played because no frames were written in time.
    case underflow
    /// Time during which the stream was paused.
    case pause
    /// Captured before the reader started, and skipped to keep latency low.
    case early
    /// Dropped because the reader fell behind, to keep latency low.
    case trimmed
    /// Captured before the recording starts, or between two events.
    case unwanted
    /// The device was lost, and is back.
    case reopening
  }

  var cause: Cause
  var direction = StreamDirection.input
  /// Frames written before it, if the stream knows; the writer counts those before an input gap.
  var position: Int?
  /// Frames of the input since it, if it became known late.
  var age = 0
  var frameCount: Int
  var isEstimated = false
  var isFreewheeling = false
  /// Whether as many frames of the other direction are missing at the same time.
  var isMutual = false
  /// Whether it lies between two events, so that the recording has no place for it.
  var isBetweenEvents = false

  /// Whether wanted frames are missing.
  var isLoss: Bool { cause != .pause && cause != .early && cause != .unwanted }
}

extension LineGap {
  init(_ gap: Gap) {
    cause =
      switch gap.cause {
      case .host: .host
      case .overflow: .overflow
      case .underflow: .underflow
      case .pause: .pause
      }
    direction = gap.direction
    position = gap.direction == .output ? gap.position : nil
    frameCount = gap.frameCount
    isEstimated = gap.isEstimated
    isFreewheeling = gap.isFreewheeling
    isMutual = gap.isMutual
  }
}
