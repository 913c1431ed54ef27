import PCM
import TestSupport
import Testing

@testable import SoundDevice

struct OpenStreamTests {
  private func stream(
    _ bench: VirtualBench, finished: (@Sendable () -> Void)? = nil,
    _ result: CallbackResult = .continue
  ) throws -> AudioOutputStream<Float> {
    try AudioOutputStream<Float>(bench.parameters(1), finished: finished) { _, _ in result }
  }

  @Test func statesFollowControl() throws {
    let bench = try VirtualBench("pace=realtime")
    let stream = try stream(bench)
    #expect(!stream.isActive && stream.isStopped && !stream.isClosed)
    try stream.start()
    #expect(stream.isActive && !stream.isStopped)
    #expect(code { try stream.start() } == .streamIsNotStopped)
    try stream.stop()
    #expect(!stream.isActive && stream.isStopped)
    try stream.stop()
    try stream.abort()
    try stream.start()
    try stream.abort()
    #expect(!stream.isActive && stream.isStopped)
    try stream.close()
    #expect(!stream.isActive && stream.isStopped && stream.isClosed)
    try stream.close()
    #expect(code { try stream.start() } == .badStream)
    #expect(code { try stream.stop() } == .badStream)
    #expect(bench.openStreamCount == 0)
  }

  /// Ended by its callback, a stream is neither active nor stopped.
  @Test(arguments: [CallbackResult.complete, .abort])
  func aStreamThatItsCallbackEndedMustBeStoppedBeforeItStartsAgain(result: CallbackResult)
    async throws
  {
    let finished = Shared(0)
    let bench = try VirtualBench("pace=realtime")
    let stream = try stream(bench, finished: { finished.update { $0 += 1 } }, result)
    try await stream.start()
    #expect(try await withBlockingTimeout(.seconds(20)) { try stream.wait() })
    #expect(!stream.isActive && !stream.isStopped)
    #expect(code { try stream.start() } == .streamIsNotStopped)
    try await stream.stop()
    #expect(stream.isStopped)
    try await stream.start()
    #expect(try await withBlockingTimeout(.seconds(20)) { try stream.wait() })
    try await stream.close()
    try await eventually("finished twice") { finished.value >= 2 }
    #expect(finished.value == 2)
  }

  @Test func finishedIsToldOnceARunHoweverItEnds() async throws {
    let finished = Shared(0)
    let bench = try VirtualBench("pace=realtime")
    let stream = try stream(bench, finished: { finished.update { $0 += 1 } })
    for round in 0..<4 {
      try await stream.start()
      if round % 2 == 0 { try await stream.stop() } else { try await stream.abort() }
    }
    try await stream.start()
    try await stream.close()
    try await eventually("all runs told") { finished.value >= 5 }
    #expect(finished.value == 5)
  }

  /// Not before the last buffer has been played: the latency is long, the sound short.
  @Test func finishedComesAfterTheLastBufferHasPlayed() async throws {
    let bench = try VirtualBench("pace=fast,latency=48000")
    let frames = Tape(100, of: 0)
    let stream = try AudioStream<Float>(
      input: bench.parameters(1), output: bench.parameters(1)
    ) { _, _, info in
      frames.append(info.frameCount)
      return .complete
    }
    try await stream.start()
    #expect(try await withBlockingTimeout(.seconds(20)) { try stream.wait() })
    // The callback made one block; the host was kept running for the whole latency after it.
    #expect(frames.values == [256])
    #expect(stream.session.stream.trampoline.callbackCount >= 48_000 / 256)
  }

  @Test func theLastReferenceCloses() async throws {
    let bench = try VirtualBench("pace=realtime")
    do {
      let stream = try stream(bench)
      try await stream.start()
      #expect(bench.openStreamCount == 1)
    }
    try await eventually("closed") { bench.openStreamCount == 0 }
  }

  @Test func aScopeStartsStopsAndCloses() throws {
    let bench = try VirtualBench("pace=realtime")
    let good = try stream(bench)
    #expect(try good.run { good.isActive })
    #expect(good.isClosed)
    struct Oops: Error {}
    let bad = try stream(bench)
    #expect(throws: Oops.self) { try bad.run { throw Oops() } }
    #expect(bad.isClosed)
  }

  @Test func waitingHasALimit() throws {
    let stream = try stream(VirtualBench("pace=realtime"))
    #expect(try stream.wait())
    try stream.start()
    #expect(try !stream.wait(timeout: .seconds(0.01)))
    try stream.close()
    #expect(try stream.wait(timeout: .seconds(10)))
  }
}
