public import PCM
public import SoundTool

/// What sd-play is to do.
public struct PlayPlan: Sendable {
  /// The files; none is stdin.
  public var files: [String] = []
  /// How the files are read.
  public var reading = AudioSource.Options()
  /// What becomes of the sound on its way.
  public var sound = FramePipeline.Options()
  /// Words for the device; nil for the default.
  public var device: String?
  /// The rate to open the device at; nil for the first file's.
  public var rate: Double?
  /// The device channel for each data channel.
  public var map: ChannelMap?
  /// Whether another rate than the device's may be resampled.
  public var mayResample = true
  /// Whether the clock of a live writer is followed, by resampling.
  public var adapts = false
  /// -L.
  public var latency = Latency.high
  /// The stream.
  public var stream = StreamPlan()
  /// The reports.
  public var report = ReportPlan()

  /// The defaults.
  public init() { sound.clips = true }
}
