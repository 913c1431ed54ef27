import PCM
import TestSupport
import Testing

@testable import SoundDevice

struct AsyncWritingTests {
  @Test func aWireOfTasksLosesNothing() async throws {
    let bench = try VirtualBench()
    let numbers = TestSignal.frameNumbers(frameCount: 20_000, channelCount: 1)
    let stream = try AudioStream<Float>(input: bench.parameters(1), output: bench.parameters(1))
    try await stream.start()
    let reader = Task {
      var heard: [Float] = []
      for try await block in stream.blocks(frameCount: 512) {
        heard += block.buffer.samples
        if heard.count > 21_000 { break }
      }
      return heard
    }
    for start in stride(from: 0, to: 20_000, by: 1000) {
      try await stream.write(SampleBuffer(Array(numbers[start..<start + 1000])))
    }
    try await stream.write(SampleBuffer(frameCount: 3000))
    let heard = try await reader.value
    #expect(Array(heard.drop { $0 == 0 }.prefix(20_000)) == numbers)
    try await stream.abort()
  }

  /// Back-pressure: what does not fit waits, and a cancelled writer waits no longer.
  @Test func aCancelledWriterStops() async throws {
    let bench = try VirtualBench("pace=realtime")
    let stream = try AudioOutputStream<Float>(bench.parameters(1))
    try await stream.start()
    let task = Task { () -> PortAudioError.Code? in
      do throws(PortAudioError) {
        try await stream.write(SampleBuffer(frameCount: 4_800_000))
        return nil
      } catch { return error.code }
    }
    try await eventually("a full ring") { stream.writeAvailable < 24_000 }
    task.cancel()
    #expect(await task.value == .cancelled)
    #expect(stream.isActive)
    try await stream.abort()
  }

  @Test func errorsAreTheBlockingOnes() async throws {
    let bench = try VirtualBench()
    let stream = try AudioOutputStream<Float>(bench.parameters(1))
    let stopped = await #expect(throws: PortAudioError.self) {
      try await stream.write(SampleBuffer(frameCount: 1))
    }
    #expect(stopped?.code == .streamIsStopped)
    let wrong = await #expect(throws: PortAudioError.self) {
      try await stream.write(SampleBuffer(frameCount: 1, channelCount: 2))
    }
    #expect(wrong?.code == .invalidChannelCount)
  }
}
