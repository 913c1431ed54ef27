/// Finds the frames that have a sample of at least a level, in any channel. NaN counts as silence.
///
/// It allocates nothing.
package struct LevelScanner: Sendable {
  private static let chunkSampleCount = 256

  private let level: Float
  private let encoding: SampleEncoding
  private let channelCount: Int

  /// Scans interleaved frames.
  ///
  /// - Parameters:
  ///   - level: A magnitude; full scale is 1.
  ///   - encoding: The encoding of the samples.
  ///   - channelCount: Samples per frame.
  package init(level: Double, encoding: SampleEncoding, channelCount: Int) {
    self.level = Float(level)
    self.encoding = encoding
    self.channelCount = channelCount
  }

  /// A scanner for samples other than zero.
  package static func nonzero(encoding: SampleEncoding, channelCount: Int) -> LevelScanner {
    LevelScanner(
      level: Double(Float.leastNonzeroMagnitude), encoding: encoding, channelCount: channelCount)
  }

  /// Splits frames into runs that are loud or quiet, in order, and passes each to `body`.
  package func forEachRun(
    in frames: RawSpan, _ body: (_ isLoud: Bool, _ frameCount: Int) -> Void
  ) {
    let sampleCount = frames.byteCount / encoding.byteCount
    var run = 0..<0
    var passed = 0
    func passRun() {
      if run.lowerBound > passed { body(false, run.lowerBound - passed) }
      if !run.isEmpty { body(true, run.count) }
      passed = run.upperBound
    }
    var start = 0
    while start < sampleCount {
      let count = min(Self.chunkSampleCount, sampleCount - start)
      unsafe withChunk(frames, start, count) { samples in
        guard unsafe hasLoud(samples) else { return }
        for index in 0..<samples.count {
          guard unsafe samples[index].magnitude >= level else { continue }
          let frame = (start + index) / channelCount
          if frame < run.upperBound { continue }
          if frame == run.upperBound {
            run = run.lowerBound..<frame + 1
          } else {
            passRun()
            run = frame..<frame + 1
          }
        }
      }
      start += count
    }
    passRun()
    let frameCount = sampleCount / channelCount
    if frameCount > passed { body(false, frameCount - passed) }
  }

  /// The first loud frame, counted from 0; nil if there is none.
  package func first(in frames: RawSpan) -> Int? {
    let sampleCount = frames.byteCount / encoding.byteCount
    var found: Int?
    var start = 0
    while found == nil, start < sampleCount {
      let count = min(Self.chunkSampleCount, sampleCount - start)
      unsafe withChunk(frames, start, count) { samples in
        found = unsafe samples.firstIndex { $0.magnitude >= level }.map { start + $0 }
      }
      start += count
    }
    return found.map { $0 / channelCount }
  }

  /// The last loud frame, counted from 0; nil if there is none.
  package func last(in frames: RawSpan) -> Int? {
    var found: Int?
    var end = frames.byteCount / encoding.byteCount
    while found == nil, end > 0 {
      let count = min(Self.chunkSampleCount, end)
      end -= count
      unsafe withChunk(frames, end, count) { samples in
        found = unsafe samples.lastIndex { $0.magnitude >= level }.map { end + $0 }
      }
    }
    return found.map { $0 / channelCount }
  }

  /// Most chunks have nothing loud, and this loop has no branch.
  private func hasLoud(_ samples: UnsafeBufferPointer<Float>) -> Bool {
    var isLoud = false
    for index in 0..<samples.count {
      let exceeds = unsafe samples[index].magnitude >= level
      isLoud = isLoud || exceeds
    }
    return isLoud
  }

  /// Calls `body` with samples in floating point.
  private func withChunk(
    _ frames: RawSpan, _ start: Int, _ count: Int, _ body: (UnsafeBufferPointer<Float>) -> Void
  ) {
    var converter = SampleConverter(from: encoding, to: SampleEncoding(.float32), dither: false)
    // The compiler keeps a constant 1024 bytes or less on the stack.
    unsafe withUnsafeTemporaryAllocation(byteCount: 1024, alignment: 16) { scratch in
      let range = start * encoding.byteCount..<(start + count) * encoding.byteCount
      var target = unsafe scratch.mutableBytes
      converter.convert(frames.extracting(range), into: &target)
      let floats = unsafe scratch.bindMemory(to: Float.self)
      unsafe body(UnsafeBufferPointer(start: floats.baseAddress, count: count))
    }
  }
}
