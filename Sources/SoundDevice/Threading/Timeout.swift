internal import CRealtime
internal import Platform

/// Splits a wait into slices of at most a tenth of a second, and counts slices instead of reading
/// the clock: a process that is stopped or suspended meanwhile has used one slice, however late it
/// wakes.
struct Timeout {
  private static let slice = 0.1
  private var left: Double?
  private var sliceStart: Int64 = 0
  private var given = 0.0

  init(seconds: Double?) { left = seconds }

  /// The next time to wait, in seconds; nil when the timeout is over.
  mutating func next() -> Double? {
    let now = monotonicNanoseconds()
    if let left {
      let waited = sliceStart == 0 ? 0 : min(Double(now - sliceStart) / 1e9, given)
      self.left = left - waited
      guard left - waited > 1e-6 else { return nil }
    }
    sliceStart = now
    given = min(Self.slice, left ?? Self.slice)
    return given
  }
}

extension Duration {
  /// In seconds.
  var inSeconds: Double {
    let (seconds, attoseconds) = components
    return Double(seconds) + Double(attoseconds) / 1e18
  }
}
