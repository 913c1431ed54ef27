public import ArgumentParser
public import SoundTool

/// `--adapt`.
public struct AdaptOptions: ParsableArguments {
  @Flag(name: .long, help: "Follow the writer's clock by resampling; hold the latency.")
  var adapt = false

  /// Creates options without values.
  public init() {}

  /// Whether to follow the writer's clock.
  ///
  /// - Throws: A usage error if resampling is not allowed.
  public func adapts(mayResample: Bool) throws(ToolError) -> Bool {
    guard !adapt || mayResample else {
      throw .usage("--adapt", "resamples, and --no-resample refuses that")
    }
    return adapt
  }
}
