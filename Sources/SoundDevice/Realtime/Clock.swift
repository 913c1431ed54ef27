internal import CRealtime

/// Seconds of the monotonic clock.
func monotonicSeconds() -> Double { Double(sd_monotonic_nanoseconds()) / 1e9 }
