public import PCM
public import SoundTool

/// A plan for sd-play.
public struct PlayPlan: Sendable {
  /// The files; stdin if empty.
  public var files: [String] = []
  /// How to read the files.
  public var reading = AudioSource.Options()
  /// Processing of the sound on its way.
  public var sound = FramePipeline.Options()
  /// The query for the device; nil for the default.
  public var device: String?
  /// The rate to open the device at; nil for the first file's.
  public var rate: Double?
  /// The device channel for each data channel.
  public var map: ChannelMap?
  /// Whether to resample if the device does not support the rate.
  public var mayResample = true
  /// Whether to follow a live writer's clock by resampling.
  public var adapts = false
  /// When to begin, in seconds since 1970-01-01 00:00 UTC; nil for at once.
  public var startTime: Double?
  /// -L.
  public var latency = Latency.high
  /// The stream.
  public var stream = StreamPlan()
  /// The reports.
  public var report = ReportPlan()

  /// Creates a plan of defaults.
  public init() { sound.clips = true }
}
