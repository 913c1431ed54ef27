public import PCM

/// Frames from a device on their way to a sink: resample → gain → convert, whatever is needed.
///
/// The counterpart of ``FramePipeline`` for what arrives rather than is fetched: each block that is
/// pushed comes out at once, as far as the resampler lets it. One thread at a time.
public final class PushPipeline {
  private static let blockByteCount = 1 << 16

  private let chain: FormatChain
  private let source = Scratch()
  private let target = Scratch()

  /// A pipeline from one format to another of as many channels.
  ///
  /// - Throws: a failure where the rate cannot become the other.
  public init(
    from input: StreamFormat, to output: StreamFormat, gain: Gain = .unity, dither: Bool = true
  ) throws(ToolError) {
    chain = try FormatChain(
      from: input, to: output, FormatChain.Options(gain: gain, dither: dither))
  }

  /// What is pushed.
  public var input: StreamFormat { chain.input }
  /// What comes out.
  public var output: StreamFormat { chain.output }
  /// Samples clipped so far.
  public var clippedCount: Int { chain.clippedCount }
  /// Whether the rate changes.
  public var resamples: Bool { chain.resamples }

  /// Pushes whole frames and gives what comes of them to `emit`.
  public func push(
    _ frames: RawSpan, _ emit: (RawSpan) throws(ToolError) -> Void
  ) throws(ToolError) {
    guard !chain.isCopy else { return try emit(frames) }
    let width = chain.input.bytesPerFrame
    let most = max(1, Self.blockByteCount / width)
    let total = frames.byteCount / width
    var done = 0
    while done < total {
      let count = min(most, total - done)
      let block = frames.extracting(done * width..<(done + count) * width)
      source.withMutableBytes(count * width) { bytes in
        unsafe block.withUnsafeBytes { from in
          unsafe bytes.withUnsafeMutableBytes { to in unsafe to.copyMemory(from: from) }
        }
      }
      done += count
      if chain.resamples {
        chain.take(source, count: count)
        try drain(isEnding: false, emit)
      } else {
        let byteCount = count * chain.output.bytesPerFrame
        target.withMutableBytes(byteCount) { chain.convert(source, count: count, into: &$0) }
        try target.withBytes(byteCount, emit)
      }
    }
  }

  /// Gives what the resampler still holds to `emit`. Nothing may be pushed afterwards.
  public func finish(_ emit: (RawSpan) throws(ToolError) -> Void) throws(ToolError) {
    if chain.resamples { try drain(isEnding: true, emit) }
  }

  private func drain(
    isEnding: Bool, _ emit: (RawSpan) throws(ToolError) -> Void
  ) throws(ToolError) {
    let width = chain.output.bytesPerFrame
    let capacity = max(1, Self.blockByteCount / width)
    while true {
      let ends = isEnding && chain.waitingCount == 0
      let count = try target.withMutableBytes(capacity * width) { bytes throws(ToolError) in
        try chain.give(into: &bytes, capacity: capacity, isEnding: ends)
      }
      guard count > 0 else { return }
      try target.withBytes(count * width, emit)
    }
  }
}
