internal import PCM

/// Plays frames from memory, records frames to memory, or both, frame n in while frame n out. The
/// basis of `play`, `rec` and `playrec`.
final class BufferProcessor<S: Sample>: BlockProcessor, @unchecked Sendable {
  private let data: SampleBuffer<S>?
  private let store: FrameStore?
  private let loops: Bool
  private let frameCount: Int

  // Audio thread only.
  private var position = 0

  /// - Parameter loops: Starts again at the end; only without a store.
  init(playing data: SampleBuffer<S>?, into store: FrameStore?, loops: Bool = false) {
    self.data = data
    self.store = store
    frameCount = data?.frameCount ?? store?.capacity ?? 0
    // A sound without frames ends at once, even in a loop.
    self.loops = loops && frameCount > 0
  }

  override func process(_ block: AudioBlock) -> CallbackResult {
    var done = 0
    while done < block.frameCount {
      if position == frameCount {
        guard loops else { break }
        position = 0
      }
      let count = min(block.frameCount - done, frameCount - position)
      unsafe play(into: block.output, at: done, count: count)
      if let store, let input = unsafe block.input {
        unsafe store.append(from: input + done * store.bytesPerFrame, count: count)
      }
      position += count
      done += count
    }
    return position == frameCount && !loops ? .complete : .continue
  }

  private func play(into output: UnsafeMutableRawPointer?, at offset: Int, count: Int) {
    guard let data, let output = unsafe output else { return }
    let bytesPerFrame = MemoryLayout<S>.stride * data.channelCount
    let span = data.samples.span.extracting(
      position * data.channelCount..<(position + count) * data.channelCount)
    unsafe span.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      unsafe (output + offset * bytesPerFrame).copyMemory(from: base, byteCount: bytes.count)
    }
  }
}
