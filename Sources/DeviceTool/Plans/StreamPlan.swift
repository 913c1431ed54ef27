public import PCM
public import SoundTool

/// The resolved options shared by all programs with a stream: -b, -B, --stall, --wait, --xrun.
public struct StreamPlan: Sendable {
  /// Frames per callback; nil for the host's choice.
  public var blockSize: Int?
  /// The capacity of the ring between device and pipe; nil for the program's default.
  public var buffer: FrameTime?
  /// Seconds without a callback or an answer after which a device is lost.
  public var stallSeconds = 2.0
  /// Seconds during which to retry a busy or absent device.
  public var waitSeconds = 0.0
  /// The response to lost frames.
  public var xrun = XrunPolicy.warn

  /// Creates a plan of defaults.
  public init() {}
}

/// A program's reports besides its messages.
public struct ReportPlan: Sendable {
  /// Whether to show the progress line with position and levels.
  public var showsLine = false
  /// Whether to sum up the recording in a line on the terminal.
  public var showsSummary = false
  /// The descriptor for JSON lines.
  public var descriptor: CInt?
  /// Whether the recording consists of events.
  public var hasEvents = false
  /// Whether a level decides what is recorded, so that -v reports the level.
  public var hasThreshold = false

  /// Creates a plan without reports.
  public init() {}
}
