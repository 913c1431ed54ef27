public import PCM
public import SoundFile
public import SoundTool

/// What sd-rec is to do.
public struct RecordPlan: Sendable {
  /// Where the recording goes.
  public var output: OutputPlan
  /// Its type and codec.
  public var fileFormat: AudioFileFormat
  /// What becomes of its file.
  public var files = FilePlan()
  /// Whether the recording ends when stdin closes.
  public var endsWithInput = false
  /// Words for the device; nil for the default.
  public var device: String?
  /// The rate of the recording; nil for the device's own.
  public var rate: Double?
  /// Channels to record; nil for the device's, at most 2.
  public var channelCount: Int?
  /// The device channels to record, in order.
  public var map: ChannelMap?
  /// Whether the one channel of a device stands on all channels of the recording.
  public var spreadsMono = false
  /// Whether a rate the device cannot do is resampled.
  public var mayResample = true
  /// -L.
  public var latency = Latency.high
  /// What is written of the stream.
  public var recording = RecordingPlan()
  /// The stream.
  public var stream = StreamPlan()
  /// The reports.
  public var report = ReportPlan()

  /// The defaults, into this output.
  public init(output: OutputPlan, fileFormat: AudioFileFormat) {
    self.output = output
    self.fileFormat = fileFormat
  }
}

/// What is written of what a device captures.
public struct RecordingPlan: Sendable {
  /// Which missing frames silence takes the place of.
  public enum Filling: Sendable {
    /// None.
    case none
    /// All, and paused time.
    case all
    /// Those that a duplex stream does not miss in both directions.
    case unlessMutual
  }

  /// How much, lost frames included; nil until stopped.
  public var length: FrameTime?
  /// The gain.
  public var gain = Gain.unity
  /// Whether TPDF dither is added where bits are lost.
  public var dither = true
  /// What becomes of gaps.
  public var filling = Filling.none
  /// Frames left out at the beginning.
  public var skippedFrameCount = 0

  /// Everything, as it is.
  public init() {}
}
