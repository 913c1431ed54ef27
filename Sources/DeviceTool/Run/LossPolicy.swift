internal import SoundTool

/// What a loss means: whether it is reported, whether it ends the run, whether it is the status.
struct LossPolicy {
  /// --xrun.
  let xrun: XrunPolicy

  /// Whether a line says so. A host that runs faster than time loses nothing.
  func isReported(_ gap: LineGap) -> Bool {
    gap.isLoss && !gap.isFreewheeling && xrun != .ignore
  }

  /// Whether the run ends there.
  func ends(at gap: LineGap) -> Bool { xrun == .abort && isReported(gap) }

  /// Whether losses are summed up at the end.
  var isTotalReported: Bool { xrun != .ignore }

  /// The exit status that follows from losses.
  var status: ExitStatus { xrun == .fail || xrun == .abort ? .framesLost : .success }
}
