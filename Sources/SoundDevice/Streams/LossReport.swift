/// A stretch of frames that is missing from a stream, or was put into it.
public struct Gap: Sendable, Hashable {
  /// Why frames are missing or added.
  public enum Cause: Sendable, Hashable {
    /// Input or output the host lost (an xrun).
    case host
    /// Input for which the ring had no room, because it was not read in time. Always exact.
    case overflow
    /// Silence that was played because nothing had been written in time. Always exact.
    case underflow
    /// Time that went by while the stream was paused. A stream with input has it there, any other
    /// in its output.
    case pause
  }

  /// Which direction.
  public var direction: StreamDirection
  /// Why.
  public var cause: Cause
  /// Where: so many frames of this direction had been delivered to the reader, or taken from the
  /// writer, before the gap.
  public var position: Int
  /// How long, in frames.
  public var frameCount: Int
  /// Whether the length is an estimate in whole host periods: PortAudio tells of a loss, never of
  /// its length.
  public var isEstimated: Bool
  /// Whether the host ran faster than twice real time then, so that the gap is no fault.
  public var isFreewheeling: Bool
  /// Whether the host lost as many frames of the other direction at once, so that input and output
  /// are still aligned.
  public var isMutual = false
}

extension Gap {
  /// Input that a program drops itself, from this position on; no frames yet.
  package init(inputDroppedAt position: Int) {
    self.init(
      direction: .input, cause: .overflow, position: position, frameCount: 0, isEstimated: false,
      isFreewheeling: false)
  }
}

/// Every frame of a stream accounted for, since it was opened.
///
/// Input: `delivered + dropped + discarded` is exactly `hostFrameCount`; `lost` comes on top.
/// Output: `delivered + inserted + padding` is exactly `hostFrameCount`.
/// While callbacks run, a block may be in one of the counts and not yet in another.
public struct LossReport: Sendable, Hashable {
  /// The counts of one direction, in frames.
  public struct Counts: Sendable, Hashable {
    /// Input: what the host handed over. Output: what it asked for. Counted where the host calls,
    /// not added up from the other counts.
    public var hostFrameCount = 0
    /// Input: put into the ring, or given to the callback. Output: taken from the ring or callback.
    public var delivered = 0
    /// Input for which the ring had no room. Exact.
    public var dropped = 0
    /// Lost by the host.
    public var lost = 0
    /// Whether any part of `lost` is an estimate in whole host periods.
    public var lostIsEstimated = false
    /// How often the host lost frames.
    public var lossCount = 0
    /// Output: silence played because nothing had been written in time. Exact. Silence before the
    /// first write and after the last is not counted.
    public var inserted = 0
    /// Input nobody asked for: captured before the first or after the last frame of a recording or,
    /// where input and output are aligned, while nothing played. Always 0 for output.
    public var discarded = 0
    /// Output: silence before the first frame, after the last, or while freewheeling. Always 0 for
    /// input.
    public var padding = 0
  }

  /// What came from the device.
  public var input = Counts()
  /// What went to the device.
  public var output = Counts()
  /// Frames that would have gone by while the stream was paused.
  public var pausedFrameCount = 0
  /// Whether the host ran faster than twice real time at some moment.
  public var isFreewheeling = false

  /// An account of no frames.
  public init() {}

  /// The counts of one direction.
  public subscript(direction: StreamDirection) -> Counts {
    direction == .input ? input : output
  }
}
