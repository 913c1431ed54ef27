internal import Platform
internal import SoundDevice
internal import SoundTool

/// `--at`: a stream that starts shortly before a wall time, so that its own clock decides which
/// frame that is.
struct ScheduledStart {
  /// Seconds between the start of a stream and that time, besides its latency.
  private static let lead = 1.0

  /// In seconds since 1970-01-01 00:00 UTC.
  let time: Double

  init?(_ time: Double?) {
    guard let time else { return nil }
    self.time = time
  }

  /// Waits until the stream should be started, or the run ends.
  func wait(_ run: StreamRun, latency: Double) {
    Messages.detail("--at", "waiting for \(Int(max(0, time - Self.now).rounded())) s")
    // In short steps, as the wall clock may be set.
    while !run.shouldEnd() {
      let left = time - latency - Self.lead - Self.now
      guard left > 0 else { return }
      SoundSystem.pause(seconds: min(left, 0.05))
    }
  }

  /// Reports a stream that started too late.
  ///
  /// - Parameter start: The wall time of its first block; nil if there was none.
  func reportLateness(_ start: Double?) {
    guard let start, start > time else { return }
    Messages.note("--at", "the device started \(Int(((start - time) * 1000).rounded())) ms late")
  }

  private static var now: Double { Double(wallNanoseconds()) / 1e9 }
}
