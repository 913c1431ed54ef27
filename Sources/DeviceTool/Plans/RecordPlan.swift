public import PCM
public import SoundFile
public import SoundTool

/// A plan for sd-rec.
public struct RecordPlan: Sendable {
  /// The destination of the recording.
  public var output: OutputPlan
  /// Its type and codec.
  public var fileFormat: AudioFileFormat
  /// The handling of its file.
  public var files = FilePlan()
  /// Whether the recording ends when stdin ends.
  public var endsWithInput = false
  /// The query for the device; nil for the default.
  public var device: String?
  /// The rate of the recording; nil for the device's own.
  public var rate: Double?
  /// Channels to record; nil for the device's, at most 2.
  public var channelCount: Int?
  /// The device channels to record, in order.
  public var map: ChannelMap?
  /// Whether a device's only channel is recorded on all channels of the recording.
  public var spreadsMono = false
  /// Whether to resample if the device does not support the rate.
  public var mayResample = true
  /// -L.
  public var latency = Latency.high
  /// What to write of the device's input.
  public var recording = RecordingPlan()
  /// When to begin, in seconds since 1970-01-01 00:00 UTC; nil for at once.
  public var startTime: Double?
  /// Whether a lost device is looked for, for as long as the stream's plan waits.
  public var reopens = false
  /// If this process opens the device for another one, what that one asks for.
  public var request: DeviceRequest?
  /// The sound to record.
  public var trigger = TriggerPlan()
  /// The stream.
  public var stream = StreamPlan()
  /// The reports.
  public var report = ReportPlan()

  /// Creates a plan of defaults with this output.
  public init(output: OutputPlan, fileFormat: AudioFileFormat) {
    self.output = output
    self.fileFormat = fileFormat
  }
}

/// What to write of a device's input.
public struct RecordingPlan: Sendable {
  /// The missing frames that silence replaces.
  public enum Filling: Sendable {
    /// None.
    case none
    /// All, and paused time.
    case all
    /// All but those that a duplex stream misses in both directions.
    case unlessMutual
  }

  /// The length, lost frames included; nil until stopped.
  public var length: FrameTime?
  /// The gain.
  public var gain = Gain.unity
  /// Whether to add TPDF dither when bits are lost.
  public var dither = true
  /// The handling of gaps.
  public var filling = Filling.none
  /// Frames to skip at the start.
  public var skippedFrameCount = 0

  /// Creates a plan for everything, unchanged.
  public init() {}
}
