internal import SoundDevice

/// What happened to the device frames of a recording, segment by segment; with the stream's ledger
/// it makes up the whole report.
struct LossAccount {
  /// Frames that reached the sink.
  var taken = 0
  /// Frames skipped at the start: before the reader started, or as requested.
  var early = 0
  var skipped = 0
  /// Frames before the start, and between events.
  var unwanted = 0
  /// Frames dropped here to catch up.
  var trimmed = 0
  /// Frames missing from the requested length. Later losses do not count.
  var missing = (dropped: 0, lost: 0)

  /// The report: frames that were not written count as dropped or, beyond the length, as discarded.
  ///
  /// - Parameter isComplete: Whether the recording has its whole length.
  func settled(_ ledger: LossReport, isComplete: Bool) -> LossReport {
    var report = ledger
    let untaken =
      ledger.input.delivered - taken - early - skipped - trimmed - unwanted
    report.input.delivered = taken
    report.input.discarded += early + skipped + unwanted
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
