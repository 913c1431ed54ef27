public import ArgumentParser
public import SoundTool

/// `--adapt`.
public struct AdaptOptions: ParsableArguments {
  @Flag(name: .long, help: "Follow the writer's clock by resampling; hold the latency.")
  var adapt = false

  /// Creates options without values.
  public init() {}

  /// Whether the writer's clock is followed.
  ///
  /// - Throws: a usage error where nothing may be resampled.
  public func adapts(mayResample: Bool) throws(ToolError) -> Bool {
    guard !adapt || mayResample else {
      throw .usage("--adapt", "resamples, and --no-resample refuses that")
    }
    return adapt
  }
}
