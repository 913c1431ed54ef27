import PCM
import TestSupport
import Testing

@testable import SoundDevice

struct AsyncReadingTests {
  @Test func samplesAndBytesComeInOrder() async throws {
    let bench = try VirtualBench()
    let numbers = TestSignal.frameNumbers(frameCount: 2000, channelCount: 1)
    let stream = try AudioStream<Float>(input: bench.parameters(1), output: bench.parameters(1))
    try await stream.start()
    try await stream.write(SampleBuffer(numbers))
    try await stream.write(SampleBuffer(frameCount: 1000))
    let first = try await stream.read(frameCount: 1000)
    let second = try await stream.read(frameCount: 1500, timeout: .seconds(20))
    let heard = first.0.samples + second.0.samples
    #expect(Array(heard.drop { $0 == 0 }.prefix(2000)) == numbers)
    try await stream.abort()

    let raw = try RawAudioStream(
      input: bench.parameters(1), output: bench.parameters(1), inputFormat: .int16,
      outputFormat: .int16)
    try await raw.start()
    let bytes = bytes(of: (1...1000).map(Int16.init))
    try await raw.write(bytes, timeout: .seconds(20))
    try await raw.write([UInt8](repeating: 0, count: 2000))
    let (echo, flags) = try await raw.read(frameCount: 1400, timeout: .seconds(20))
    #expect(flags.isEmpty)
    #expect(Array(echo.drop { $0 == 0 }.prefix(1998)) == Array(bytes.prefix(1998)))
    #expect(raw.losses.output.delivered >= 1500)
    try await raw.abort()
  }

  /// What a cancelled read, or one that timed out, took is there for the next one, counted once.
  @Test func aReadThatFailsLosesNothing() async throws {
    let bench = try VirtualBench("pace=realtime")
    let stream = try AudioInputStream<Float>(bench.parameters(1))
    try await stream.start()
    let task = Task { try await stream.read(frameCount: 4_800_000) }
    try await eventually("some input") { stream.losses.input.delivered > 4800 }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    let late = await #expect(throws: PortAudioError.self) {
      try await stream.read(frameCount: 4_800_000, timeout: .seconds(0.01))
    }
    #expect(late?.code == .timedOut)
    try await stream.abort()
    let delivered = stream.losses.input.delivered
    #expect(stream.readAvailable == delivered)
    let (buffer, _) = try await stream.read(frameCount: delivered)
    #expect(buffer.frameCount == delivered && stream.readAvailable == 0)
  }

  @Test func errorsAreTheBlockingOnes() async throws {
    let bench = try VirtualBench()
    let stream = try AudioInputStream<Float>(bench.parameters(1))
    func code(_ frameCount: Int) async -> PortAudioError.Code? {
      let error = await #expect(throws: PortAudioError.self) {
        try await stream.read(frameCount: frameCount)
      }
      return error?.code
    }
    #expect(await code(1) == .streamIsStopped)
    #expect(await code(-1) == .bufferTooSmall)
    #expect(await code(.max) == .bufferTooBig)
    let output = try RawAudioOutputStream(bench.parameters(1), format: .int24)
    let partial = await #expect(throws: PortAudioError.self) {
      try await output.write([1, 2, 3, 4])
    }
    #expect(partial?.code == .partialFrame)
  }

  /// A thousand readers and writers wait for a device that stands still; other streams and tasks
  /// continue, and each waiting task ends as soon as it is told to.
  @Test func aThousandWaitingTasksHoldUpNobody() async throws {
    let bench = try VirtualBench("pace=realtime,stall@256")
    let patient = StreamOptions(stallTime: .seconds(1000))
    let still = try AudioStream<Float>(
      input: bench.parameters(1), output: bench.parameters(1), options: patient)
    try await still.start()
    let readers = (0..<400).map { _ in Task { _ = try await still.read(frameCount: 100_000) } }
    let writers = (0..<300).map { _ in
      Task { _ = try await still.write(SampleBuffer(frameCount: 100_000)) }
    }
    let waiters = (0..<300).map { _ in Task { _ = try await still.wait() } }

    let other = try VirtualBench()
    let lively = try AudioInputStream<Float>(other.parameters(1))
    try await lively.start()
    let heard = try await withTimeout(.seconds(20)) { try await lively.read(frameCount: 10_000) }
    #expect(heard.0.frameCount == 10_000)
    try await lively.abort()

    // The time of a task in the queue runs as well.
    let late = await #expect(throws: PortAudioError.self) {
      try await still.read(frameCount: 100_000, timeout: .seconds(0.05))
    }
    #expect(late?.code == .timedOut)

    // The last in the queue first: its turn has not come.
    for task in readers.reversed() + writers.reversed() + waiters { task.cancel() }
    try await withTimeout(.seconds(20)) {
      for task in readers + waiters {
        await #expect(throws: CancellationError.self) { try await task.value }
      }
      for task in writers {
        let error = await #expect(throws: PortAudioError.self) { try await task.value }
        #expect(error?.code == .cancelled && error?.frameCount != nil)
      }
    }
    #expect(still.isActive)
    try await still.abort()
  }
}
