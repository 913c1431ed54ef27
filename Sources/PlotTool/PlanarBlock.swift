internal import SoundTool

/// A block of frames, channel by channel. One thread at a time.
final class PlanarBlock {
  /// The number of frames.
  private(set) var frameCount = 0
  /// The maximum number of frames.
  let capacity: Int

  private var channels: [[Float]]
  private let scratch = Scratch()

  init(channelCount: Int, capacity: Int) {
    self.capacity = capacity
    channels = [[Float]](
      repeating: [Float](repeating: 0, count: capacity), count: channelCount)
  }

  /// Calls `body` with the samples of a channel, counted from 0.
  func withChannel(_ index: Int, _ body: (Span<Float>) -> Void) {
    let samples = channels[index]
    body(samples.span.extracting(..<frameCount))
  }

  /// Drops the frames.
  func clear() { frameCount = 0 }

  /// Reads float32 frames and appends them, as far as there is room and the pipeline has some.
  ///
  /// - Returns: How many, or 0 at the end.
  func read(from pipeline: FramePipeline) throws(ToolError) -> Int {
    let width = pipeline.format.bytesPerFrame
    let room = capacity - frameCount
    let count = try scratch.withMutableBytes(room * width) { bytes throws(ToolError) in
      try pipeline.read(into: &bytes)
    }
    scratch.withBytes(count * width) { bytes in
      unsafe bytes.withUnsafeBytes { bytes in
        unsafe part(bytes.bindMemory(to: Float.self), frameCount: count)
      }
    }
    frameCount += count
    return count
  }

  private func part(_ samples: UnsafeBufferPointer<Float>, frameCount count: Int) {
    let channelCount = channels.count
    for channel in 0..<channelCount {
      unsafe channels[channel].withUnsafeMutableBufferPointer { target in
        let target = unsafe UnsafeMutableBufferPointer(rebasing: target[frameCount...])
        switch channelCount {
        case 1: for frame in 0..<count { unsafe target[frame] = samples[frame] }
        // With a constant stride the compiler can vectorise.
        case 2: for frame in 0..<count { unsafe target[frame] = samples[frame &* 2 &+ channel] }
        default:
          for frame in 0..<count {
            unsafe target[frame] = samples[frame &* channelCount &+ channel]
          }
        }
      }
    }
  }
}
