/// The properties and misbehaviour of virtual devices, for ``VirtualDevices``.
///
/// ```swift
/// let configuration = VirtualConfiguration(
///   sampleRate: 44_100, channelCount: 1, faults: [.xrun(at: 4_410, frameCount: 100)])
/// ```
public struct VirtualConfiguration: Sendable, Hashable {
  /// What moves the devices' clock.
  public enum Pace: String, Sendable, Hashable {
    /// Real time, as with a sound card.
    case realtime
    /// As fast as readers and writers can follow.
    case fast
    /// Only ``VirtualDevices/advance(by:)``. Not available in `SD_VIRTUAL`.
    case manual

    /// The values of `pace` in `SD_VIRTUAL`.
    static let words: [Pace] = [.realtime, .fast]
  }

  /// Misbehaviour at a frame of each stream, counted from its opening.
  public struct Fault: Sendable, Hashable {
    enum Kind: String, Sendable, Hashable, CaseIterable {
      case xrun, stall, freewheel, crawl, retune, lost
    }
    var kind: Kind
    /// The stream's frame at which it happens.
    var position: Int
    /// The frames that an xrun loses, or that a stall or freewheeling lasts; 0 for no end.
    var frameCount: Int

    init(kind: Kind, position: Int, frameCount: Int) {
      self.kind = kind
      self.position = position
      self.frameCount = frameCount
    }

    /// Loses frames, and reports them.
    public static func xrun(at position: Int, frameCount: Int) -> Fault {
      Fault(kind: .xrun, position: position, frameCount: frameCount)
    }

    /// Stops callbacks for good; after ``StreamOptions/stallTime`` by the devices' clock, the
    /// stream counts as lost.
    public static func stall(at position: Int) -> Fault {
      Fault(kind: .stall, position: position, frameCount: 0)
    }

    /// Stops callbacks for the duration of this many frames; then they come in a burst.
    public static func stall(at position: Int, frameCount: Int) -> Fault {
      Fault(kind: .stall, position: position, frameCount: frameCount)
    }

    /// Removes the device: the stream is lost.
    public static func lost(at position: Int) -> Fault {
      Fault(kind: .lost, position: position, frameCount: 0)
    }
  }

  /// Permanent misbehaviour of a host.
  enum Sin: Sendable, Hashable {
    case linger, garbageLatency, garbageTimes, noFlags
  }

  /// In Hz; nil for every rate from 1 Hz to 768 kHz, by default 48 kHz.
  public var sampleRate: Double?
  /// Channels in each direction, 1...1024.
  public var channelCount = 2
  /// Frames per callback unless the stream requests a number, 1...65536.
  public var blockSize = 256
  /// The loopback's delay from output to input in frames, 1...131072, and at least one block.
  public var latency = 256
  /// What moves the clock.
  public var pace = Pace.manual
  /// How far the clock of `virtual:null` is ahead of that of `virtual:loopback`, in ppm,
  /// ±100,000.
  public var drift = 0
  /// The maximum delay of a block in frames, 0...65536; the delays are the same each time.
  public var jitter = 0
  /// Misbehaviour; the order does not matter.
  public var faults: [Fault] = []
  /// The seed of random block sizes, if they vary.
  var blockSeed: UInt64?
  var sins: Set<Sin> = []
  /// Files of raw float32 frames: the input of `virtual:null`, and a copy of its output.
  var inputPath: String?
  var outputPath: String?

  /// Creates devices without faults on a manual clock, unless you say otherwise.
  public init(
    sampleRate: Double? = nil, channelCount: Int = 2, blockSize: Int = 256, latency: Int? = nil,
    pace: Pace = .manual, drift: Int = 0, jitter: Int = 0, faults: [Fault] = []
  ) {
    self.sampleRate = sampleRate
    self.channelCount = channelCount
    self.blockSize = blockSize
    self.latency = latency ?? blockSize
    self.pace = pace
    self.drift = drift
    self.jitter = jitter
    self.faults = faults
  }

  /// Throws if a number is out of range.
  func check(_ operation: String) throws(PortAudioError) {
    func demand(_ holds: Bool, _ code: PortAudioError.Code) throws(PortAudioError) {
      guard holds else { throw PortAudioError(code, operation) }
    }
    try demand(sampleRate.map { 1...768_000 ~= $0 } ?? true, .invalidSampleRate)
    try demand(1...1024 ~= channelCount, .invalidChannelCount)
    try demand(blockSize >= 1 && latency >= 1, .bufferTooSmall)
    try demand(blockSize <= 65_536 && latency <= 131_072, .bufferTooBig)
    try demand(-100_000...100_000 ~= drift && 0...65_536 ~= jitter, .invalidFlag)
    try demand(
      faults.allSatisfy {
        0...Int.max / 2 ~= $0.position && 0...1_000_000_000 ~= $0.frameCount
      }, .invalidFlag)
  }
}
