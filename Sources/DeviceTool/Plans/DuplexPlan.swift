public import PCM
internal import SoundDevice
public import SoundTool

/// A stream in both directions at once.
public struct DuplexPlan: Sendable {
  /// Words for the devices; nil for the defaults.
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

  /// The defaults.
  public init() {}
}

/// What sd-playrec is to do.
public struct PlayRecordPlan: Sendable {
  /// The round trip to be taken off the recording's beginning.
  public enum Compensation: Hashable, Sendable {
    /// What the host says input and output latency add up to.
    case automatic
    /// What a burst takes to come back.
    case measured
    /// So many frames.
    case frames(Int)
  }

  /// The file to play; `-` is stdin.
  public var input = "-"
  /// How it is read.
  public var reading = AudioSource.Options()
  /// What becomes of it on its way.
  public var sound = FramePipeline.Options()
  /// Where the recording goes.
  public var output: OutputPlan
  /// The recording's encoding; nil for what is played.
  public var recordFormat: SampleEncoding?
  /// What is taken off the beginning; nil for nothing.
  public var compensation: Compensation?
  /// How much is recorded after the last frame has been played.
  public var tail = FrameTime.seconds(0)
  /// Devices, channels, stream and reports.
  public var duplex = DuplexPlan()

  /// The defaults, into this output.
  public init(output: OutputPlan) {
    self.output = output
    sound.clips = true
  }
}

/// What sd-wire is to do.
public struct WirePlan: Sendable {
  /// The encoding the devices are opened with.
  public var encoding = SampleEncoding.f32le
  /// The gain.
  public var gain = Gain.unity
  /// Whether two clocks may be joined by resampling.
  public var mayResample = true
  /// Whether it was asked for that clocks are followed; two are in any case.
  public var adapts = false
  /// How much is passed on; nil until stopped.
  public var length: FrameTime?
  /// Devices, channels, stream and reports.
  public var duplex = DuplexPlan()

  /// The defaults.
  public init() {}
}

extension DuplexPair {
  /// The value of one direction.
  subscript(direction: StreamDirection) -> Value { direction == .input ? input : output }
}
