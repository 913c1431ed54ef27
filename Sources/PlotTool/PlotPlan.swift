public import SoundTool

/// A plan for sd-plot.
public struct PlotPlan: Sendable {
  /// The kind of result.
  public enum Task: Sendable {
    /// Draw while reading.
    case live
    /// Draw into a file; the size depends on the channels if nil.
    case picture(PictureFile, PictureSize?)
    /// Print statistics, as text or as JSON.
    case statistics(asJSON: Bool)
  }

  /// The kind of result.
  public var task = Task.live
  /// The files; stdin if empty.
  public var files: [String] = []
  /// How to read the files.
  public var reading = AudioSource.Options()
  /// Processing of the sound on its way.
  public var sound = FramePipeline.Options()
  /// The views to draw, and their scales.
  public var style = PlotStyle()
  /// Whether stdin passes through to stdout; drawing then goes to stderr.
  public var passesThrough = false
  /// Whether to show the progress line.
  public var showsLine = false

  /// Creates a plan to draw stdin.
  public init() {}
}
