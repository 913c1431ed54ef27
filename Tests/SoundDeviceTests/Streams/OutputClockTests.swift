import PCM
import Testing

@testable import SoundDevice

struct OutputClockTests {
  @Test func thereIsNoneBeforeTheFirstBlock() throws {
    let bench = try VirtualBench("pace=fast")
    let stream = try RawAudioOutputStream(bench.parameters(1), format: .float32)
    #expect(stream.outputClock == nil)
    try stream.close()
  }

  @Test func itStandsBetweenTheBlocks() throws {
    let bench = try VirtualBench("pace=fast,block=256")
    let stream = try RawAudioOutputStream(bench.parameters(1), format: .float32)
    let samples = [Float](repeating: 0, count: 1000)
    _ = unsafe stream.prefill(samples.span.bytes)
    try stream.start()
    // Three whole blocks are taken; a host that waits for frames waits for the fourth.
    while stream.losses.output.hostFrameCount < 768 { Sound.sleep(for: .milliseconds(1)) }
    let clock = try #require(stream.outputClock)
    #expect(clock.queuedFrameCount >= 232 && clock.queuedFrameCount <= 488)
    #expect(clock.elapsedFrameCount >= 512 && clock.elapsedFrameCount <= 768)
    // What has gone by and what is queued is what was written, at any time.
    #expect(abs(clock.queuedFrameCount + clock.elapsedFrameCount - 1000) < 1e-6)
    try stream.abort()
    try stream.close()
  }
}
