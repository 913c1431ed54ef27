internal import CEBUR128
internal import Platform

/// Loudness and true peaks as EBU R128 and ITU-R BS.1770 define them. One thread at a time.
///
/// Corresponds to libebur128's `ebur128_state`.
@safe public final class Loudness {
  private var state: UnsafeMutablePointer<ebur128_state>?
  private let channelCount: Int
  // Short-term loudness is queried ten times per second, once there are three seconds.
  private let step: Int
  private var frameCount = 0
  private var loudestShortTerm = -Double.infinity

  /// Creates a meter, or nil if libebur128 does not support the rate or the channel count (above
  /// 64).
  public init?(channelCount: Int, rate: Double) {
    guard rate >= 100, rate == rate.rounded(), rate <= 2_822_400 else { return nil }
    self.channelCount = channelCount
    step = Int(rate / 10)
    let modes =
      EBUR128_MODE_I.rawValue | EBUR128_MODE_LRA.rawValue | EBUR128_MODE_TRUE_PEAK.rawValue
    unsafe state = ebur128_init(CUnsignedInt(channelCount), CUnsignedLong(rate), CInt(modes))
    if unsafe state == nil { return nil }
  }

  deinit {
    if unsafe state != nil { unsafe ebur128_destroy(&state) }
  }

  /// Adds interleaved whole frames, all finite.
  public func add(_ samples: Span<Double>) {
    unsafe samples.withUnsafeBufferPointer { samples in
      var done = 0
      let total = samples.count / channelCount
      while done < total {
        let count = min(total - done, step - frameCount % step)
        guard let state = unsafe state, let base = samples.baseAddress else { return }
        // Fails only for lack of memory.
        guard unsafe ebur128_add_frames_double(state, base + done * channelCount, count) == 0 else {
          fatalError("out of memory")
        }
        done += count
        frameCount += count
        if frameCount % step == 0, frameCount >= 30 * step,
          let now = unsafe ask(ebur128_loudness_shortterm)
        {
          loudestShortTerm = max(loudestShortTerm, now)
        }
      }
    }
  }

  /// Integrated loudness in LUFS, or nil for silence or less than 400 ms.
  public var integrated: Double? { unsafe ask(ebur128_loudness_global) }

  /// Loudness range in LU (EBU Tech 3342), or nil for less than three seconds.
  public var range: Double? { frameCount >= 30 * step ? unsafe ask(ebur128_loudness_range) : nil }

  /// The maximum short-term loudness, over three seconds, in LUFS; nil for a shorter sound.
  public var shortTermMaximum: Double? { loudestShortTerm.isFinite ? loudestShortTerm : nil }

  /// The true peak of a channel, counted from 0: full scale is 1.
  public func truePeak(_ channel: Int) -> Double {
    var peak = 0.0
    guard let state = unsafe state else { return 0 }
    unsafe ebur128_true_peak(state, CUnsignedInt(channel), &peak)
    return peak
  }

  private func ask(
    _ question: (UnsafeMutablePointer<ebur128_state>?, UnsafeMutablePointer<Double>?) -> CInt
  ) -> Double? {
    var answer = 0.0
    guard unsafe question(state, &answer) == 0, answer.isFinite else { return nil }
    return answer
  }
}
