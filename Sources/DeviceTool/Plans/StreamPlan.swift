public import PCM
public import SoundTool

/// What all programs with a stream are told of it, resolved: -b, -B, --stall, --wait, --xrun.
public struct StreamPlan: Sendable {
  /// Frames per callback; nil for the host's choice.
  public var blockSize: Int?
  /// What the ring between device and pipe may hold; nil for the program's default.
  public var buffer: FrameTime?
  /// Seconds without a callback or an answer after which a device is lost.
  public var stallSeconds = 2.0
  /// Seconds for which a busy or absent device is tried again.
  public var waitSeconds = 0.0
  /// What lost frames mean.
  public var xrun = XrunPolicy.warn

  /// The defaults.
  public init() {}
}

/// Where a program reports what it does, besides its messages.
public struct ReportPlan: Sendable {
  /// Whether position and levels are shown on the terminal.
  public var showsLine = false
  /// Whether a line on the terminal sums up the recording.
  public var showsSummary = false
  /// The descriptor that takes JSON lines.
  public var descriptor: CInt?

  /// No report.
  public init() {}
}
