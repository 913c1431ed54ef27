public import PCM

/// The sound that sd-rec records: all, or only events, and whether silence ends it.
public struct TriggerPlan: Sendable {
  /// The level from which sound is an event; nil to record everything.
  public var level: Gain?
  /// The time recorded ahead of an event's first loud sample.
  public var before = FrameTime.seconds(1)
  /// The time recorded after its last one.
  public var hold = FrameTime.seconds(2)
  /// The quiet time that ends the recording once something was heard; nil for no such end.
  public var untilSilence: FrameTime?

  /// Creates a plan to record everything.
  public init() {}

  /// The level below which it is quiet.
  var quietLevel: Gain { level ?? Gain(decibels: -50) }
  /// Whether only events are recorded.
  public var hasEvents: Bool { level != nil }
  /// Whether a level decides what is recorded.
  public var hasThreshold: Bool { level != nil || untilSilence != nil }
}
