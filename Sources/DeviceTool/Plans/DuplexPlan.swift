public import PCM
internal import SoundDevice
public import SoundTool

/// A stream in both directions at once.
public struct DuplexPlan: Sendable {
  /// Queries for the devices; nil for the defaults.
  public var devices = DuplexPair<String?>(input: nil, output: nil)
  /// The rate; nil for the devices' own.
  public var rate: Double?
  /// Channels in each direction; nil for the map's, or the device's, at most 2.
  public var channelCounts = DuplexPair<Int?>(input: nil, output: nil)
  /// Device channels in each direction.
  public var maps = DuplexPair<ChannelMap?>(input: nil, output: nil)
  /// -L.
  public var latencies = DuplexPair<SoundTool.Latency>(input: .high, output: .high)
  /// The stream.
  public var stream = StreamPlan()
  /// The reports.
  public var report = ReportPlan()

  /// Creates a plan of defaults.
  public init() {}
}

/// A plan for sd-playrec.
public struct PlayRecordPlan: Sendable {
  /// The round trip to remove from the start of the recording.
  public enum Compensation: Hashable, Sendable {
    /// The sum of input and output latency that the host reports.
    case automatic
    /// What a burst takes to come back.
    case measured
    /// This many frames.
    case frames(Int)
  }

  /// The file to play; `-` is stdin.
  public var input = "-"
  /// How to read it.
  public var reading = AudioSource.Options()
  /// Processing of the sound on its way.
  public var sound = FramePipeline.Options()
  /// The destination of the recording.
  public var output: OutputPlan
  /// The recording's encoding; nil for that of the sound played.
  public var recordFormat: SampleEncoding?
  /// How much to remove from the start; nil for nothing.
  public var compensation: Compensation?
  /// How long to record after the last frame has been played.
  public var tail = FrameTime.seconds(0)
  /// Devices, channels, stream and reports.
  public var duplex = DuplexPlan()

  /// Creates a plan of defaults with this output.
  public init(output: OutputPlan) {
    self.output = output
    sound.clips = true
  }
}

/// A plan for sd-wire.
public struct WirePlan: Sendable {
  /// The encoding with which the devices are opened.
  public var encoding = SampleEncoding.f32le
  /// The gain.
  public var gain = Gain.unity
  /// Whether resampling may join two clocks.
  public var mayResample = true
  /// Whether following clocks was requested; two clocks are followed in any case.
  public var adapts = false
  /// How long to run; nil until stopped.
  public var length: FrameTime?
  /// Devices, channels, stream and reports.
  public var duplex = DuplexPlan()

  /// Creates a plan of defaults.
  public init() {}
}

extension DuplexPair {
  /// The value of one direction.
  subscript(direction: StreamDirection) -> Value { direction == .input ? input : output }
}
