import PCM
import TestSupport
import Testing

@testable import SoundDevice

struct InputBlocksTests {
  @Test func blocksComeInOrderAndTheSequenceEndsWithTheStream() async throws {
    let bench = try VirtualBench("pace=realtime")
    let playback = try await Sound.play(
      SampleBuffer(TestSignal.frameNumbers(frameCount: 96_000, channelCount: 1)),
      device: bench.loopback)
    let stream = try AudioInputStream<Float>(
      bench.parameters(1), options: StreamOptions(bufferFrameCount: 960_000))
    try await stream.start()
    var heard: [Float] = []
    var sizes: Set<Int> = []
    for try await block in stream.blocks(frameCount: 500) {
      heard += block.buffer.samples
      sizes.insert(block.buffer.frameCount)
      #expect(block.lostFrameCount == 0 && block.flags == [])
      if heard.count == 5000 { try await stream.stop() }
      // The last block has what is left, any number of frames.
      if heard.count < 5000 { #expect(block.buffer.frameCount == 500) }
    }
    #expect(heard.count >= 5000 && sizes.contains(500))
    let numbers = heard.compactMap { TestSignal.frameNumber(of: $0, channelCount: 1)?.frame }
    #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $1 == $0 + 1 })
    try await playback.stop()
  }

  @Test func aSlowReaderIsToldWhatItLost() async throws {
    let bench = try VirtualBench("pace=realtime,rate=192000,block=4096")
    let stream = try AudioInputStream<Float>(
      bench.parameters(1, of: bench.null), options: StreamOptions(bufferFrameCount: 1))
    try await stream.start()
    var iterator = stream.blocks(frameCount: 100).makeAsyncIterator()
    try await eventually("an overflow") { stream.losses.input.dropped > 0 }
    try await stream.stop()
    let first = try #require(try await iterator.next())
    #expect(first.lostFrameCount == stream.losses.input.dropped)
    #expect(first.flags == .inputOverflow)
    let second = try #require(try await iterator.next())
    #expect(second.lostFrameCount == 0 && second.flags == [])
    try await stream.close()
    var count = 200
    while let block = try await iterator.next() { count += block.buffer.frameCount }
    #expect(count == 16_384)
  }

  /// What came until then is its last block; what comes later can still be read.
  @Test func aCancelledTaskEndsWithWhatThereIs() async throws {
    let bench = try VirtualBench("pace=realtime")
    let stream = try AudioInputStream<Float>(bench.parameters(1))
    try await stream.start()
    let task = Task {
      var heard: [Int] = []
      for try await block in stream.blocks(frameCount: 48_000_000) {
        heard.append(block.buffer.frameCount)
      }
      return heard
    }
    try await eventually("some input") { stream.losses.input.delivered > 4800 }
    task.cancel()
    let heard = try await task.value
    #expect(heard.count == 1 && heard.reduce(0, +) >= 4800)
    #expect(stream.isActive)
    try await stream.abort()
    #expect(heard.reduce(0, +) + stream.readAvailable == stream.losses.input.delivered)
    try await stream.close()
  }

  @Test func aLostDeviceIsAnErrorAfterWhatCameBefore() async throws {
    let bench = try VirtualBench("pace=realtime,stall@1000")
    let stream = try AudioInputStream<Float>(
      bench.parameters(1), options: StreamOptions(stallTime: .seconds(0.3)))
    try await stream.start()
    var count = 0
    let error = await #expect(throws: PortAudioError.self) {
      for try await block in stream.blocks(frameCount: 300) { count += block.buffer.frameCount }
    }
    #expect(error?.code == .hostLost && count == 1000)
  }

  @Test func aStreamThatWasNeverStartedIsAnError() async throws {
    let stream = try AudioInputStream<Float>(VirtualBench().parameters(1))
    let error = await #expect(throws: PortAudioError.self) {
      for try await _ in stream.blocks(frameCount: 300) {}
    }
    #expect(error?.code == .streamIsStopped)
  }

  /// As many tasks wait at once as would fill any thread pool, and the tests' own tasks go on.
  @Test func waitingTasksHoldNoThread() async throws {
    let bench = try VirtualBench("pace=realtime,rate=8000,block=512")
    let streams = try (0..<20).map { _ in
      let stream = try AudioInputStream<Float>(bench.parameters(1))
      try stream.start()
      return stream
    }
    try await withTimeout(.seconds(40)) {
      try await withThrowingTaskGroup(of: Int.self) { group in
        for stream in streams {
          group.addTask {
            for try await block in stream.blocks(frameCount: 1600) {
              return block.buffer.frameCount
            }
            return 0
          }
        }
        for try await count in group { #expect(count == 1600) }
      }
    }
    for stream in streams { try await stream.close() }
  }
}
