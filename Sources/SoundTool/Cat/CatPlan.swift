/// What sd-cat is to do.
public struct CatPlan: Sendable {
  /// What becomes of the files.
  public enum Task: Hashable, Sendable {
    /// They are joined and written.
    case copy
    /// They are decoded, and each gets a line.
    case check
    /// They are described, as text.
    case describe
    /// They are described, as JSON.
    case describeAsJSON
    /// One is described, as variables for eval.
    case describeAsVariables
    /// Nothing: the types are listed.
    case listTypes
    /// Nothing: the types are listed, as JSON.
    case listTypesAsJSON
  }

  /// What is done.
  public var task = Task.copy
  /// The files; none is stdin.
  public var files: [String] = []
  /// How they are read.
  public var reading = AudioSource.Options()
  /// Where the copy goes; nil where there is none.
  public var output: OutputPlan?
  /// Whether -t says what type the copy is of.
  public var isTypeStated = false
  /// What options ask of the copy.
  public var asked = RawFormat()
  /// What raw stdout is: as options ask, else by the environment and the rule.
  public var rawOutput = RawFormat.standard
  /// What becomes of the sound on its way.
  public var sound = FramePipeline.Options()
  /// Whether position and levels are shown on the terminal.
  public var showsLine = false

  /// A copy of stdin to nowhere.
  public init() {}
}
