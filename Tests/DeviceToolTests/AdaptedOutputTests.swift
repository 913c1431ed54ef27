import PCM
import SoundDevice
import SoundTool
import Testing

@testable import DeviceTool

@Suite struct AdaptedOutputTests {
  private struct Bench {
    let stream: RawAudioOutputStream
    let output: AdaptedOutput

    init(from rate: Double, limit: Int? = nil) throws {
      let devices = try VirtualDevices("pace=fast,block=256")
      stream = try devices.output()
      output = try AdaptedOutput(
        stream, devices.null, monoFloats, from: rate, latency: 0.02, dither: false, limit: limit,
        nil)
      try stream.start()
      output.prepare()
    }

    /// Writes a constant in blocks, ends, and returns the account.
    func write(_ frameCount: Int) throws -> LossReport {
      let block = [Float](repeating: 0.5, count: output.capacity)
      var left = frameCount
      while left > 0, !output.isComplete {
        let count = min(left, block.count)
        try unsafe output.take(block.span.bytes.extracting(0..<4 * count), behind: 0)
        left -= count
      }
      try output.end()
      while try !stream.wait(timeout: .seconds(10)) {}
      return output.settled(stream.losses)
    }
  }

  /// A writer that waits for the device has no clock of its own to follow.
  @Test func aWriterThatWaitsIsPlayedFrameForFrame() throws {
    let losses = try Bench(from: 48_000).write(20_000).output
    #expect(losses.delivered == 20_000 && losses.discarded == 0, "\(losses)")
  }

  @Test func anotherRateBecomesTheDevices() throws {
    let losses = try Bench(from: 44_100).write(44_100).output
    #expect(losses.delivered == 48_000, "\(losses)")
  }

  @Test func noMoreIsWrittenThanWanted() throws {
    let bench = try Bench(from: 48_000, limit: 3000)
    let losses = try bench.write(20_000).output
    #expect(bench.output.isComplete && losses.delivered == 3000, "\(losses)")
  }
}
