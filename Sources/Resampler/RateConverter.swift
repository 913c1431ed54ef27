internal import CSoxr
public import PCM

/// Converts the sample rate of a stream of interleaved floating point frames, with libsoxr.
///
/// Feed blocks of any size to `convert`, then call `finish` until it returns no more frames. In
/// all, N input frames become exactly round(N · output rate / input rate) frames, and the first
/// output frame is aligned with the first input frame. Nothing is clipped: full scale may overshoot
/// ±1. Any thread except the audio thread, one at a time.
/// scale may overshoot ±1. For use by one thread at a time, not on the audio thread.
@safe
public struct RateConverter: ~Copyable, @unchecked Sendable {
  // Sendable although it owns a C handle: soxr has no thread state, and the handle has one owner.
  private let handle: OpaquePointer
  private let bytesPerFrame: Int
  private var consumedCount = 0
  private var producedCount = 0

  /// The input rate in hertz.
  public let inputRate: Double

  /// The output rate in hertz.
  public let outputRate: Double

  /// Samples per frame, in and out.
  public let channelCount: Int

  /// `float32` or `float64`, in and out.
  public let format: SampleFormat

  /// The maximum channel count.
  public static let channelLimit = 128

  /// The maximum ratio between the rates, either way.
  public static let ratioLimit = 10_000.0

  /// Creates a converter for frames of `channelCount` samples, 1 to 128, of `float32` or `float64`.
  ///
  /// Throws if a rate is not positive and finite, if the ratio or the channel count exceeds its
  /// limit, or if soxr refuses. Corresponds to `soxr_create`.
  public init(
    from inputRate: Double, to outputRate: Double, channelCount: Int,
    format: SampleFormat = .float32, quality: Quality = .high
  ) throws(RateConverterError) {
    for rate in [inputRate, outputRate] where !(rate > 0 && rate.isFinite) {
      throw RateConverterError("cannot resample at \(hertz(rate)), rates are above 0")
    }
    // soxr crashes on extreme ratios.
    guard max(inputRate / outputRate, outputRate / inputRate) <= Self.ratioLimit else {
      throw RateConverterError(
        "cannot resample from \(hertz(inputRate)) to \(hertz(outputRate)), "
          + "the rates may be \(Int(Self.ratioLimit)) times apart")
    }
    guard 1...Self.channelLimit ~= channelCount else {
      throw RateConverterError(
        "cannot resample \(channelCount) channels, it takes 1 to \(Self.channelLimit)")
    }
    guard format.isFloat else {
      throw RateConverterError("cannot resample \(format), it takes float32 and float64")
    }
    let type = format == .float32 ? SOXR_FLOAT32_I : SOXR_FLOAT64_I
    var layout = unsafe soxr_io_spec(type, type)
    var recipe = unsafe soxr_quality_spec(quality.recipe, 0)
    var complaint: soxr_error_t?
    let handle = unsafe soxr_create(
      inputRate, outputRate, UInt32(channelCount), &complaint, &layout, &recipe, nil)
    guard let handle = unsafe handle, unsafe complaint == nil else {
      unsafe soxr_delete(handle)
      let reason = unsafe complaint.map { unsafe String(cString: $0) } ?? "no memory"
      throw RateConverterError(
        "cannot resample from \(hertz(inputRate)) to \(hertz(outputRate)): \(reason)")
    }
    unsafe self.handle = handle
    self.bytesPerFrame = channelCount * format.byteCount
    self.inputRate = inputRate
    self.outputRate = outputRate
    self.channelCount = channelCount
    self.format = format
  }

  deinit { unsafe soxr_delete(handle) }

  /// Reads frames from `input` and writes frames to `output`, both interleaved.
  ///
  /// Either may hold any number of whole frames, including none. All input is consumed unless
  /// `output` fills up first; then pass the rest of `input` again. Corresponds to `soxr_process`.
  ///
  /// - Returns: The frames consumed from `input` and produced at the start of `output`.
  @_lifetime(output: copy output)
  public mutating func convert(
    _ input: RawSpan, into output: inout MutableRawSpan
  ) throws(RateConverterError) -> (consumed: Int, produced: Int) {
    precondition(input.byteCount.isMultiple(of: bytesPerFrame), "the input is whole frames")
    let available = input.byteCount / bytesPerFrame
    let room = output.byteCount / bytesPerFrame
    guard available > 0 else { return (0, 0) }
    var consumed = 0
    var produced = 0
    let complaint = unsafe input.withUnsafeBytes { source in
      unsafe output.withUnsafeMutableBytes { target in
        unsafe soxr_process(
          handle, source.baseAddress, available, &consumed, target.baseAddress, room, &produced)
      }
    }
    try unsafe check(complaint)
    consumedCount += consumed
    producedCount += produced
    return (consumed, produced)
  }

  /// Returns the frames still inside after the last input; call it until there are none.
  ///
  /// - Returns: The frames produced at the start of `output`: all that remain, or as many as fit.
  ///   Only `finish` and `reset` may follow.
  public mutating func finish(
    into output: inout MutableRawSpan
  ) throws(RateConverterError) -> Int {
    try finish(into: &output, after: 0)
  }

  /// Like `finish`, but skips the first `offset` frames of `output`.
  mutating func finish(
    into output: inout MutableRawSpan, after offset: Int
  ) throws(RateConverterError) -> Int {
    let room = min(output.byteCount / bytesPerFrame - offset, remainingCount)
    guard room > 0 else { return 0 }
    // Silence pushes out the remaining frames. soxr's own flush also assumes silence after the
    // sound, but rounds ties in the count the other way.
    let silence = [UInt8](repeating: 0, count: 256 * bytesPerFrame)
    var produced = 0
    let complaint = unsafe output.withUnsafeMutableBytes { target -> soxr_error_t? in
      guard let start = target.baseAddress else { return nil }
      while produced < room {
        var count = 0
        let complaint = unsafe silence.withUnsafeBytes { source in
          unsafe soxr_process(
            handle, source.baseAddress, 256, nil,
            start + (offset + produced) * bytesPerFrame, room - produced, &count)
        }
        if unsafe complaint != nil { return unsafe complaint }
        produced += count
      }
      return nil
    }
    try unsafe check(complaint)
    producedCount += produced
    return produced
  }

  /// Discards all state: the next input starts a new stream. Corresponds to `soxr_clear`.
  public mutating func reset() throws(RateConverterError) {
    try unsafe check(soxr_clear(handle))
    consumedCount = 0
    producedCount = 0
  }

  /// The output frames for `count` input frames at these rates: round(N · out / in).
  public static func frameCount(
    for count: Int, from inputRate: Double, to outputRate: Double
  ) -> Int {
    Int(exactly: (Double(count) * outputRate / inputRate).rounded()) ?? .max
  }

  /// Frames that `finish` has yet to return for the input so far.
  public var remainingCount: Int {
    let total = Self.frameCount(for: consumedCount, from: inputRate, to: outputRate)
    return max(total - producedCount, 0)
  }

  private func check(_ complaint: soxr_error_t?) throws(RateConverterError) {
    guard let complaint = unsafe complaint else { return }
    throw unsafe RateConverterError("resampling failed: \(String(cString: complaint))")
  }
}

/// A rate in hertz, without a fraction if it is whole.
private func hertz(_ rate: Double) -> String {
  Int(exactly: rate).map { "\($0) Hz" } ?? "\(rate) Hz"
}
