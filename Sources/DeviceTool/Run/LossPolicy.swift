internal import SoundTool

/// The response to a loss: a message, the end of the run, the exit status.
struct LossPolicy {
  /// --xrun.
  let xrun: XrunPolicy

  /// Whether to print a message. A host that runs faster than real time loses nothing, and a device
  /// that was lost has messages of its own.
  func isReported(_ gap: LineGap) -> Bool {
    gap.isLoss && !gap.isFreewheeling && gap.cause != .reopening && xrun != .ignore
  }

  /// Whether the run ends at this gap.
  func ends(at gap: LineGap) -> Bool { xrun == .abort && isReported(gap) }

  /// Whether to sum up losses at the end.
  var isTotalReported: Bool { xrun != .ignore }

  /// The exit status that follows from losses.
  var status: ExitStatus { xrun == .fail || xrun == .abort ? .framesLost : .success }
}
