/// A run of frames missing from a stream, or inserted into it.
public struct Gap: Sendable, Hashable {
  /// Why frames are missing or inserted.
  public enum Cause: Sendable, Hashable {
    /// Input or output that the host lost (an xrun).
    case host
    /// Input that did not fit into the ring, because it was not read in time. Always exact.
    case overflow
    /// Silence played because no frames were written in time. Always exact.
    case underflow
    /// Time during which the stream was paused: in the input if the stream has input, otherwise in
    /// the output.
    case pause
  }

  /// The direction.
  public var direction: StreamDirection
  /// The cause.
  public var cause: Cause
  /// The position, in frames of this direction delivered to the reader, or taken from the writer,
  /// before the gap.
  public var position: Int
  /// The length in frames.
  public var frameCount: Int
  /// Whether the length is an estimate in whole host periods, because PortAudio reports a loss
  /// without its length.
  public var isEstimated: Bool
  /// Whether the host was running faster than twice real time, so that the gap is not a fault.
  public var isFreewheeling: Bool
  /// Whether the host lost as many frames of the other direction at the same time, so that input
  /// and output are still aligned.
  public var isMutual = false

  /// Creates a gap, for tests of what handles it.
  public init(
    direction: StreamDirection, cause: Cause, position: Int, frameCount: Int,
    isEstimated: Bool = false, isFreewheeling: Bool = false, isMutual: Bool = false
  ) {
    self.direction = direction
    self.cause = cause
    self.position = position
    self.frameCount = frameCount
    self.isEstimated = isEstimated
    self.isFreewheeling = isFreewheeling
    self.isMutual = isMutual
  }
}

extension Gap {
  /// An empty gap for input that a program itself drops from this position on.
  package init(inputDroppedAt position: Int) {
    self.init(
      direction: .input, cause: .overflow, position: position, frameCount: 0, isEstimated: false,
      isFreewheeling: false)
  }
}

/// An account of every frame of a stream since it was opened.
///
/// Input: `delivered + dropped + discarded` is exactly `hostFrameCount`; `lost` is additional.
/// Output: `delivered + inserted + padding` is exactly `hostFrameCount`. While callbacks run, a
/// block may be in one of the counts and not yet in another.
public struct LossReport: Sendable, Hashable {
  /// The counts of one direction, in frames.
  public struct Counts: Sendable, Hashable {
    /// Frames that the host delivered (input) or requested (output), counted in the host's calls,
    /// not summed from the other counts.
    public var hostFrameCount = 0
    /// Frames put into the ring or given to the callback (input), or taken from them (output).
    public var delivered = 0
    /// Input that did not fit into the ring. Exact.
    public var dropped = 0
    /// Frames lost by the host.
    public var lost = 0
    /// Whether any part of `lost` is an estimate in whole host periods.
    public var lostIsEstimated = false
    /// The number of times the host lost frames.
    public var lossCount = 0
    /// Silence played because no frames were written in time (output). Exact. Excludes silence
    /// before the first write and after the last.
    public var inserted = 0
    /// Unwanted input: captured before the first or after the last frame of a recording or, if
    /// input and output are aligned, while nothing played. Always 0 for output.
    public var discarded = 0
    /// Output silence before the first frame, after the last, or while freewheeling. Always 0 for
    /// input.
    public var padding = 0

    /// Creates counts of no frames.
    public init() {}
  }

  /// The input's counts.
  public var input = Counts()
  /// The output's counts.
  public var output = Counts()
  /// Frames that would have passed while the stream was paused.
  public var pausedFrameCount = 0
  /// Whether the host ever ran faster than twice real time.
  public var isFreewheeling = false

  /// Creates a report of no frames.
  public init() {}

  /// The counts of one direction.
  public subscript(direction: StreamDirection) -> Counts {
    direction == .input ? input : output
  }
}
