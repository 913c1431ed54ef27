import PCM
import Platform
import TestSupport
import Testing

@testable import SoundDevice

struct StreamSessionTests {
  @Test func framesGoRoundExactly() async throws {
    let bench = try VirtualBench()
    let stream = try AudioStream<Float>(input: bench.parameters(2), output: bench.parameters(2))
    let numbers = TestSignal.frameNumbers(frameCount: 60_000, channelCount: 2)
    try await stream.start()
    let heard = try await withBlockingTimeout(.seconds(30)) {
      var heard: [Float] = []
      for start in stride(from: 0, to: numbers.count, by: 2000) {
        try stream.write(SampleBuffer(Array(numbers[start..<start + 2000]), channelCount: 2))
        heard += try stream.read(frameCount: min(stream.readAvailable, 5000)).0.samples
      }
      // The rest, which a device without a clock hands over as long as there is output.
      try stream.write(SampleBuffer(frameCount: 3000, channelCount: 2))
      while heard.count < numbers.count + 512 {
        heard += try stream.read(frameCount: 100, timeout: .seconds(10)).0.samples
      }
      return heard
    }
    let sound = heard.drop { $0 == 0 }
    #expect(Array(sound.prefix(numbers.count)) == numbers)
    #expect(stream.losses.input.dropped == 0)
    try await stream.abort()
  }

  @Test func stoppingPlaysTheRingFirstAndAbortingDiscardsIt() async throws {
    let bench = try VirtualBench("pace=realtime")
    let stream = try AudioOutputStream<Int16>(
      bench.parameters(2), options: StreamOptions(bufferFrameCount: 480_000))
    try await stream.start()
    try await stream.write(SampleBuffer(frameCount: 4000, channelCount: 2))
    try await withBlockingTimeout(.seconds(20)) { try stream.stop() }
    #expect(stream.losses.output.delivered == 4000)
    try await stream.start()
    try await stream.write(SampleBuffer(frameCount: 470_000, channelCount: 2))
    try await stream.abort()
    #expect(stream.writeAvailable == 480_000)
    try await stream.start()
    try await withBlockingTimeout(.seconds(20)) { try stream.stop() }
    #expect(stream.losses.output.delivered < 474_000)
  }

  @Test func aNewStartDropsWhatWasNotRead() async throws {
    let bench = try VirtualBench("pace=realtime")
    let stream = try AudioInputStream<Float>(bench.parameters(1))
    try await stream.start()
    try await eventually("input") { stream.readAvailable > 300 }
    try await stream.stop()
    // What came before the end can still be read, then nothing.
    let (buffer, _) = try await stream.read(frameCount: 100)
    #expect(buffer.frameCount == 100)
    let left = stream.readAvailable
    #expect(code { _ = try stream.read(frameCount: left + 1) } == .streamIsStopped)
    #expect(try await stream.read(frameCount: left - 100).0.frameCount == left - 100)
    try await stream.start()
    #expect(stream.session.rings?.inputRing?.read ?? 0 >= 300)
    try await stream.close()
  }

  @Test func aTimeLimitIsKept() async throws {
    let bench = try VirtualBench("pace=realtime")
    let stream = try AudioStream<Float>(input: bench.parameters(1), output: bench.parameters(1))
    try await stream.start()
    let errors = try await withBlockingTimeout(.seconds(20)) {
      [
        code { _ = try stream.read(frameCount: 4_800_000, timeout: .seconds(0.05)) },
        code { try stream.write(SampleBuffer(frameCount: 480_000), timeout: .seconds(0.05)) },
      ]
    }
    #expect(errors == [.timedOut, .timedOut])
    try await stream.close()
  }

  @Test func anAbortWakesABlockedReadAndABlockedWrite() async throws {
    let bench = try VirtualBench("pace=realtime")
    let stream = try AudioStream<Float>(input: bench.parameters(1), output: bench.parameters(1))
    try await stream.start()
    let errors = Shared<[PortAudioError.Code?]>([])
    startThread(named: "sd-test-reader") {
      let error = code { _ = try stream.read(frameCount: 48_000_000) }
      errors.update { $0.append(error) }
    }
    startThread(named: "sd-test-writer") {
      let error = code { try stream.write(SampleBuffer(frameCount: 48_000_000)) }
      errors.update { $0.append(error) }
    }
    try await eventually("both under way") { stream.writeAvailable < 24_000 }
    try await stream.abort()
    try await eventually("both awake") { errors.value.count == 2 }
    #expect(errors.value == [.streamIsStopped, .streamIsStopped])
    try await stream.close()
    #expect(code { _ = try stream.read(frameCount: 1_000_000) } == .badStream)
  }

  @Test(arguments: ["stall@4800", "lost@4800"])
  func aLostDeviceEndsReadingAndWriting(fault: String) async throws {
    let bench = try VirtualBench("pace=realtime,\(fault)")
    let stream = try AudioStream<Float>(
      input: bench.parameters(1), output: bench.parameters(1),
      options: StreamOptions(stallTime: .seconds(0.3)))
    try await stream.start()
    let errors = Shared<[PortAudioError.Code?]>([])
    let frames = Shared(0)
    startThread(named: "sd-test-reader") {
      let error = code {
        while true {
          _ = try stream.read(frameCount: 100)
          frames.update { $0 += 100 }
        }
      }
      errors.update { $0.append(error) }
    }
    startThread(named: "sd-test-writer") {
      let error = code { while true { try stream.write(SampleBuffer(frameCount: 1000)) } }
      errors.update { $0.append(error) }
    }
    try await eventually("both to end") { errors.value.count == 2 }
    #expect(errors.value == [.hostLost, .hostLost])
    #expect(frames.value == 4800)
  }

  @Test func callbackStreamsAndMissingDirectionsRefuse() throws {
    let bench = try VirtualBench()
    let callback = try AudioStream<Float>(
      input: bench.parameters(1), output: bench.parameters(1)
    ) { _, _, _ in .continue }
    #expect(code { _ = try callback.read(frameCount: 1) } == .canNotReadFromACallbackStream)
    #expect(
      code { try callback.write(SampleBuffer(frameCount: 1)) } == .canNotWriteToACallbackStream)
    #expect(callback.readAvailable == 0 && callback.writeAvailable == 0)
    let request = StreamRequest(
      output: .init(parameters: bench.parameters(1), format: .float32), operation: "testing")
    let output = try StreamSession(blocking: request)
    let nothing = unsafe UnsafeMutableRawBufferPointer(start: nil, count: 0)
    #expect(
      code { _ = unsafe try output.read(into: nothing, minimum: 1, timeout: 0) }
        == .canNotReadFromAnOutputOnlyStream)
    let stream = try AudioOutputStream<Float>(bench.parameters(2))
    #expect(code { try stream.write(SampleBuffer(frameCount: 1)) } == .invalidChannelCount)
    #expect(
      code { try stream.write(SampleBuffer(frameCount: 1, channelCount: 2)) } == .streamIsStopped)
  }

  @Test func whatOnlyACallbackCanPromiseIsRefused() throws {
    let bench = try VirtualBench()
    #expect(
      code {
        _ = try AudioStream<Float>(
          input: bench.parameters(1), output: bench.parameters(1),
          options: StreamOptions(neverDropInput: true))
      } == .invalidFlag)
    // Priming has no effect on a blocking stream, as in the ancestor.
    let stream = try AudioOutputStream<Float>(
      bench.parameters(1), options: StreamOptions(primeOutputBuffersUsingStreamCallback: true))
    #expect(!stream.session.resolved.configuration.primeOutput)
    let callback = try AudioOutputStream<Float>(
      bench.parameters(1), options: StreamOptions(primeOutputBuffersUsingStreamCallback: true)
    ) { _, _ in .continue }
    #expect(callback.session.resolved.configuration.primeOutput)
  }

  @Test func aFullRingDropsTheArrivingBlockAndTells() async throws {
    let bench = try VirtualBench("pace=realtime,rate=192000,block=4096")
    let stream = try AudioInputStream<Float>(
      bench.parameters(1, of: bench.null), options: StreamOptions(bufferFrameCount: 1))
    #expect(stream.session.rings?.inputRing?.capacity == 16_384)
    try await stream.start()
    try await eventually("an overflow") { stream.losses.input.dropped > 0 }
    try await stream.stop()
    #expect(try await stream.read(frameCount: 1000).1 == .inputOverflow)
    let gap = try #require(stream.takeGaps().first)
    #expect(gap.cause == .overflow && gap.position == 16_384 && !gap.isEstimated)
    #expect(gap.frameCount == stream.losses.input.dropped)
    #expect(stream.losses.input.delivered == 16_384)
  }
}
