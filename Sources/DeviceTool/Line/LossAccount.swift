internal import SoundDevice

/// What became of the device frames of one recording, segment by segment; with the stream's ledger
/// it is the whole report.
struct LossAccount {
  /// Frames that reached the sink.
  var taken = 0
  /// Frames left out at the beginning: before the reader began, or asked for.
  var early = 0
  var skipped = 0
  /// Frames dropped here, to be in time again.
  var trimmed = 0
  /// Frames missing from what was asked for. What is lost after that is nobody's loss.
  var missing = (dropped: 0, lost: 0)

  /// The report: frames that nobody took are dropped or, beyond the length, discarded.
  ///
  /// - Parameter isComplete: Whether the recording has all its length.
  func settled(_ ledger: LossReport, isComplete: Bool) -> LossReport {
    var report = ledger
    let untaken = ledger.input.delivered - taken - early - skipped - trimmed
    report.input.delivered = taken
    report.input.discarded += early + skipped
    if isComplete {
      let dropped = ledger.input.dropped + trimmed
      report.input.discarded += untaken + dropped - missing.dropped
      (report.input.dropped, report.input.lost) = missing
    } else {
      report.input.dropped += trimmed + untaken
    }
    return report
  }
}
