/// A plan for sd-cat.
public struct CatPlan: Sendable {
  /// The action to take on the files.
  public enum Task: Hashable, Sendable {
    /// Join and write them.
    case copy
    /// Decode them, and print a line for each.
    case check
    /// Describe them, as text.
    case describe
    /// Describe them, as JSON.
    case describeAsJSON
    /// Describe one, as variables for eval.
    case describeAsVariables
    /// List the types, without files.
    case listTypes
    /// List the types, as JSON, without files.
    case listTypesAsJSON
  }

  /// The action.
  public var task = Task.copy
  /// The files; stdin if empty.
  public var files: [String] = []
  /// How to read the files.
  public var reading = AudioSource.Options()
  /// The destination of the copy; nil if there is none.
  public var output: OutputPlan?
  /// Whether -t states the type of the copy.
  public var isTypeStated = false
  /// The format that options request for the copy.
  public var asked = RawFormat()
  /// The format of a raw stdout: from options, otherwise from the environment and the standard.
  public var rawOutput = RawFormat.standard
  /// Processing of the sound on its way.
  public var sound = FramePipeline.Options()
  /// Whether to show the progress line with position and levels.
  public var showsLine = false

  /// Creates a plan to copy stdin to nowhere.
  public init() {}
}
