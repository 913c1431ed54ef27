internal import PCM

/// Passes each block to a closure as raw bytes.
final class RawProcessor: BlockProcessor, @unchecked Sendable {
  private let callback: RawStreamCallback
  private let inputBytesPerFrame: Int
  private let outputBytesPerFrame: Int

  init(_ resolved: ResolvedStream, _ callback: @escaping RawStreamCallback) {
    self.callback = callback
    inputBytesPerFrame = resolved.input?.bytesPerFrame ?? 0
    outputBytesPerFrame = resolved.output?.bytesPerFrame ?? 0
  }

  override func process(_ block: AudioBlock) -> CallbackResult {
    let input = unsafe RawSpan(
      _unsafeBytes: UnsafeRawBufferPointer(
        start: block.input, count: block.input == nil ? 0 : block.frameCount * inputBytesPerFrame))
    var output = unsafe MutableRawSpan(
      _unsafeBytes: UnsafeMutableRawBufferPointer(
        start: block.output,
        count: block.output == nil ? 0 : block.frameCount * outputBytesPerFrame))
    return callback(input, &output, block.info)
  }
}

/// Passes each block to a closure as samples.
final class TypedProcessor<S: Sample>: BlockProcessor, @unchecked Sendable {
  private let callback: StreamCallback<S>
  private let inputChannelCount: Int
  private let outputChannelCount: Int

  init(_ resolved: ResolvedStream, _ callback: @escaping StreamCallback<S>) {
    self.callback = callback
    inputChannelCount = resolved.input?.channelCount ?? 0
    outputChannelCount = resolved.output?.channelCount ?? 0
  }

  override func process(_ block: AudioBlock) -> CallbackResult {
    let inputCount = unsafe block.input == nil ? 0 : block.frameCount * inputChannelCount
    let outputCount = unsafe block.output == nil ? 0 : block.frameCount * outputChannelCount
    let input = unsafe Span<S>(
      _unsafeElements: UnsafeBufferPointer(
        start: block.input?.assumingMemoryBound(to: S.self), count: inputCount))
    var output = unsafe MutableSpan<S>(
      _unsafeElements: UnsafeMutableBufferPointer(
        start: block.output?.assumingMemoryBound(to: S.self), count: outputCount))
    return callback(input, &output, block.info)
  }
}
