internal import CSampleRate

/// Resamples interleaved float32 frames by a ratio that may change from block to block, with
/// libsamplerate.
///
/// The ratio glides from one block's to the next, so a change does not click. The first output
/// frame is aligned with the first input frame. THD+N is below −118 dB at all ratios near 1.
/// Nothing is clipped: full scale may overshoot ±1. Any thread except the audio thread, one at a
/// time.
@safe
public struct AdaptiveResampler: ~Copyable, @unchecked Sendable {
  // Sendable although it owns a C handle: libsamplerate has no thread state, and the handle has one
  // owner.
  private let handle: OpaquePointer
  private let bytesPerFrame: Int
  /// The ratio at the end of the last block.
  private var lastRatio: Double?
  /// Output frames due for the input so far, less those returned.
  private var balance = 0.0

  /// Samples per frame, in and out.
  public let channelCount: Int

  /// The maximum channel count.
  public static let channelLimit = 128

  /// The maximum ratio between the rates, either way.
  public static let ratioLimit = 256.0

  /// Creates a resampler for frames of `channelCount` float32 samples, 1 to 128.
  ///
  /// Throws if there are too many channels or libsamplerate refuses. Corresponds to `src_new`.
  public init(channelCount: Int) throws(RateConverterError) {
    guard 1...Self.channelLimit ~= channelCount else {
      throw RateConverterError(
        "cannot resample \(channelCount) channels, it takes 1 to \(Self.channelLimit)")
    }
    var code: CInt = 0
    let kind = CInt(SRC_SINC_MEDIUM_QUALITY)
    guard let handle = unsafe src_new(kind, CInt(channelCount), &code) else {
      throw Self.error(code)
    }
    unsafe self.handle = handle
    self.channelCount = channelCount
    bytesPerFrame = channelCount * MemoryLayout<Float>.stride
  }

  deinit { unsafe src_delete(handle) }

  /// Output frames due for the input so far but not returned yet.
  public var heldFrameCount: Double { max(0, balance) }

  /// The maximum number of frames that `convert` makes of `count`.
  public static func frameLimit(for count: Int, ratio: Double) -> Int {
    Int((Double(count) * ratio).rounded(.up)) + 64
  }

  /// Takes all frames of `input` and returns the output available so far.
  ///
  /// - Parameters:
  ///   - input: Whole frames, interleaved.
  ///   - ratio: Output rate / input rate at the end of this block, 1/256 to 256.
  ///   - output: Room for ``frameLimit(for:ratio:)`` frames, at the larger of this ratio and the
  ///     last.
  /// - Returns: The frames at the start of `output`.
  ///
  /// Corresponds to `src_process`.
  @_lifetime(output: copy output)
  public mutating func convert(
    _ input: RawSpan, ratio: Double, into output: inout MutableRawSpan
  ) throws(RateConverterError) -> Int {
    precondition(input.byteCount.isMultiple(of: bytesPerFrame), "the input is whole frames")
    precondition(
      ratio.isFinite && 1 / Self.ratioLimit...Self.ratioLimit ~= ratio, "a ratio within limits")
    let count = input.byteCount / bytesPerFrame
    guard count > 0 else { return 0 }
    let mean = ((lastRatio ?? ratio) + ratio) / 2
    balance += Double(count) * mean
    // libsamplerate spreads a change of the ratio over the available room.
    let wanted = Int(balance.rounded(.up)) + 8
    let produced = try process(
      input, count, ratio: ratio, into: &output, after: 0,
      room: min(wanted, output.byteCount / bytesPerFrame))
    lastRatio = ratio
    return produced
  }

  /// Returns the frames still inside after the last input; call it until there are none.
  ///
  /// - Returns: The frames at the start of `output`. Only `finish` may follow.
  public mutating func finish(
    into output: inout MutableRawSpan
  ) throws(RateConverterError) -> Int {
    let room = min(output.byteCount / bytesPerFrame, Int(balance.rounded()))
    guard room > 0 else { return 0 }
    // Silence pushes out the remaining frames.
    let silence = [Float](repeating: 0, count: 256 * channelCount)
    var produced = 0
    while produced < room {
      produced += try unsafe process(
        silence.span.bytes, 256, ratio: lastRatio ?? 1, into: &output, after: produced,
        room: room - produced)
    }
    return produced
  }

  @_lifetime(output: copy output)
  private mutating func process(
    _ input: RawSpan, _ count: Int, ratio: Double, into output: inout MutableRawSpan,
    after offset: Int, room: Int
  ) throws(RateConverterError) -> Int {
    var data = unsafe SRC_DATA()
    let code = unsafe input.withUnsafeBytes { source in
      unsafe output.withUnsafeMutableBytes { target in
        unsafe data.data_in = source.assumingMemoryBound(to: Float.self).baseAddress
        let samples = unsafe target.assumingMemoryBound(to: Float.self).baseAddress
        unsafe data.data_out = samples.map { unsafe $0 + offset * channelCount }
        unsafe data.input_frames = count
        unsafe data.output_frames = room
        unsafe data.src_ratio = ratio
        return unsafe src_process(handle, &data)
      }
    }
    guard code == 0 else { throw Self.error(code) }
    let produced = unsafe data.output_frames_gen
    balance -= Double(produced)
    return produced
  }

  private static func error(_ code: CInt) -> RateConverterError {
    let reason = unsafe src_strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
    return RateConverterError("resampling failed: \(reason)")
  }
}
