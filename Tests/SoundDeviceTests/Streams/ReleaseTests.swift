import CRealtime
import Foundation
import PCM
import Platform
import TestSupport
import Testing

@testable import SoundDevice

/// Who waits is always released, and no frame disappears uncounted.
struct ReleaseTests {
  @Test(arguments: ["", "linger"])
  func stoppingEndsAWriterAndPlaysWhatTheRingHolds(sin: String) async throws {
    let bench = try VirtualBench("pace=realtime,\(sin)")
    let stream = try AudioOutputStream<Float>(bench.parameters(1))
    try await stream.start()
    let written = Shared(0)
    let ending = Shared<PortAudioError?>(nil)
    startThread(named: "sd-test-writer") {
      do throws(PortAudioError) {
        while true {
          try stream.write(SampleBuffer<Float>(frameCount: 4800))
          written.update { $0 += 4800 }
        }
      } catch { ending.update { $0 = error } }
    }
    try await eventually("sound") { stream.losses.output.delivered > 9600 }
    try await withBlockingTimeout(.seconds(20)) { try stream.stop() }
    try await eventually("the writer's end") { ending.value != nil }
    #expect(ending.value?.code == .streamIsStopped)
    let partial = try #require(ending.value?.frameCount)
    #expect(stream.losses.output.delivered == written.value + partial)
    try await stream.close()
  }

  @Test(arguments: ["stop", "abort", "close"])
  func theEndOfAPauseReleasesAReader(end: String) async throws {
    let bench = try VirtualBench("pace=realtime")
    let stream = try AudioInputStream<Float>(bench.parameters(1))
    try await stream.start()
    try await stream.pause()
    let reading = Task { try await stream.read(frameCount: 480_000) }
    switch end {
    case "stop": try await stream.stop()
    case "abort": try await stream.abort()
    default: try await stream.close()
    }
    #expect(!stream.isPaused)
    let failure = await #expect(throws: PortAudioError.self) {
      try await withTimeout(.seconds(20)) { try await stream.read(frameCount: 480_000) }
    }
    #expect(failure?.code == (end == "close" ? .badStream : .streamIsStopped))
    await #expect(throws: PortAudioError.self) { _ = try await reading.value }
    try await stream.close()
  }

  /// A start that is refused must not let writers refill the ring that `stop()` waits for.
  @Test func aRefusedStartDoesNotProlongAStop() async throws {
    let bench = try VirtualBench("pace=realtime")
    let stream = try AudioOutputStream<Float>(bench.parameters(1))
    try await stream.start()
    try await stream.write(SampleBuffer<Float>(frameCount: 16_000))
    async let stopping: Void = stream.stop()
    try await eventually("the stop") { stream.session.isEnding.isSet }
    #expect(code { try stream.start() } == .streamIsNotStopped)
    #expect(stream.session.isEnding.isSet)
    #expect(code { try stream.write(SampleBuffer<Float>(frameCount: 100)) } == .streamIsStopped)
    try await stopping
    try await stream.close()
  }

  @Test func aReadThatTimesOutKeepsWhatItTook() async throws {
    let bench = try VirtualBench("pace=realtime")
    let numbers = TestSignal.frameNumbers(frameCount: 96_000, channelCount: 1)
    let playback = try await Sound.play(SampleBuffer(numbers), device: bench.loopback)
    let stream = try AudioInputStream<Float>(
      bench.parameters(1), options: StreamOptions(bufferFrameCount: 16_384))
    try await stream.start()
    // Half a ring is taken at a time, so that some of it is out of the ring by then.
    var error: PortAudioError.Code?
    while stream.losses.input.delivered < 12_000 {
      error = try await withBlockingTimeout(.seconds(20)) {
        code { _ = try stream.read(frameCount: 48_000, timeout: .seconds(0.1)) }
      }
    }
    #expect(error == .timedOut)
    try await stream.abort()
    let delivered = stream.losses.input.delivered
    #expect(stream.readAvailable == delivered)
    // A reader of segments and one of frames find it in order.
    var reader = InputReader(stream)
    var first = [Float](repeating: 0, count: 1000)
    var span = first.mutableSpan
    #expect(try reader.next(into: &span) == .frames(1000))
    let heard = first + (try await stream.read(frameCount: delivered - 1000).0.samples)
    let frames = heard.compactMap { TestSignal.frameNumber(of: $0, channelCount: 1)?.frame }
    #expect(frames.count > 10_000)
    #expect(zip(frames, frames.dropFirst()).allSatisfy { $1 == $0 + 1 })
    try await playback.stop()
    try await stream.close()
  }

  @Test func inputThatIsNotReadBeforeARestartIsCounted() async throws {
    let bench = try VirtualBench("pace=realtime")
    // Room for all that comes on a busy machine before the stop.
    let stream = try AudioInputStream<Float>(
      bench.parameters(1), options: StreamOptions(bufferFrameCount: 960_000))
    try await stream.start()
    try await eventually("input") { stream.losses.input.delivered > 4800 }
    try await stream.stop()
    let unread = stream.readAvailable
    _ = try await stream.read(frameCount: 1000)
    try await stream.start()
    try await stream.abort()
    let losses = stream.losses.input
    #expect(losses.dropped == unread - 1000)
    #expect(losses.delivered == 1000 + stream.readAvailable)
    #expect(losses.delivered + losses.dropped + losses.discarded == losses.hostFrameCount)
    let gap = try #require(stream.takeGaps().first)
    #expect(gap.cause == .overflow && gap.frameCount == unread - 1000 && !gap.isEstimated)
    try await stream.close()
  }

  @Test func aWriteThatEndsEarlySaysHowManyFramesItTook() async throws {
    let bench = try VirtualBench("pace=realtime")
    let stream = try AudioOutputStream<Float>(bench.parameters(1))
    try await stream.start()
    let sound = SampleBuffer<Float>(frameCount: 480_000)
    let late = try await withBlockingTimeout(.seconds(20)) {
      #expect(throws: PortAudioError.self) { try stream.write(sound, timeout: .seconds(0.1)) }
    }
    #expect(late?.code == .timedOut)
    let first = try #require(late?.frameCount)
    #expect(first >= 48_000)
    let task = Task { () -> PortAudioError? in
      do throws(PortAudioError) { try await stream.write(sound) } catch { return error }
      return nil
    }
    try await eventually("more") { stream.losses.output.delivered > 24_000 }
    task.cancel()
    let cancelled = await task.value
    #expect(cancelled?.code == .cancelled)
    let second = try #require(cancelled?.frameCount)
    try await withBlockingTimeout(.seconds(20)) { try stream.stop() }
    #expect(stream.losses.output.delivered == first + second)
    try await stream.close()
  }

  @Test func finishedIsCalledBeforeAWaitIsOver() async throws {
    let bench = try VirtualBench("pace=realtime")
    for _ in 0..<50 {
      let finished = AtomicFlag()
      let stream = try AudioOutputStream<Float>(
        bench.parameters(1, of: bench.null), options: StreamOptions(blockSize: 64),
        finished: { finished.set() }
      ) { _, _ in .complete }
      try await stream.start()
      try await stream.wait()
      #expect(finished.isSet)
      try await stream.close()
    }
  }

  /// A client that takes its time in `finished` holds up nobody else, and may wait for others there.
  @Test func aSlowFinishedHoldsUpNobodyElse() async throws {
    let bench = try VirtualBench("pace=realtime")
    let release = Latch()
    let isOver = AtomicFlag()
    let slow = try AudioOutputStream<Float>(
      bench.parameters(1),
      finished: {
        _ = try? Sound.play(SampleBuffer<Float>(frameCount: 480), device: bench.loopback).wait()
        _ = release.wait(seconds: nil)
        isOver.set()
      }
    ) { _, _ in .complete }
    let other = try AudioOutputStream<Float>(bench.parameters(1)) { _, info in
      info.position > 2400 ? .complete : .continue
    }
    try await slow.start()
    try await other.start()
    #expect(try await withTimeout(.seconds(20)) { try await other.wait() })
    #expect(!isOver.isSet)
    #expect(try await !slow.wait(timeout: .seconds(0.01)))
    release.open()
    #expect(try await withTimeout(.seconds(20)) { try await slow.wait() })
    #expect(isOver.isSet)
  }

  @Test func finishedMayWaitForItsOwnStreamAndStartItAgain() async throws {
    let bench = try VirtualBench("pace=realtime")
    final class Holder: Sendable {
      let stream = Guarded<AudioOutputStream<Float>?>(nil)
    }
    let holder = Holder()
    let runs = Shared(0)
    let stream = try AudioOutputStream<Float>(
      bench.parameters(1),
      finished: {
        guard let stream = holder.stream.withLock({ $0 }) else { return }
        runs.update { $0 += 1 }
        guard runs.value < 3 else { return }
        _ = try? stream.wait()
        try? stream.stop()
        try? stream.start()
      }
    ) { _, _ in .complete }
    holder.stream.withLock { $0 = stream }
    try await stream.start()
    try await eventually("three runs") { runs.value == 3 }
    holder.stream.withLock { $0 = nil }
    try await stream.close()
  }

  @Test func oneShortStallTimeEndsOnlyItsOwnStream() async throws {
    let bench = try VirtualBench("pace=realtime,stall@480")
    let healthy = try VirtualBench("pace=realtime")
    let good = try AudioOutputStream<Float>(healthy.parameters(1)) { _, _ in .continue }
    try await good.start()
    let patient = try AudioInputStream<Float>(
      bench.parameters(1), options: StreamOptions(stallTime: .seconds(1000))
    ) { _, _ in .continue }
    let hasty = try AudioInputStream<Float>(
      bench.parameters(1), options: StreamOptions(stallTime: .seconds(0))
    ) { _, _ in .continue }
    try await patient.start()
    try await hasty.start()
    let error = try await withBlockingTimeout(.seconds(20)) { code { try hasty.wait() } }
    #expect(error == .hostLost)
    #expect(good.isActive && patient.isActive && !patient.isLost && !bench.host.isLost)
    // The same host opens another, which needs no more than the host's own time.
    let next = try AudioOutputStream<Float>(
      bench.parameters(1, of: bench.null), options: StreamOptions(stallTime: .seconds(0))
    ) { _, _ in .complete }
    try await next.close()
    try await patient.close()
    try await good.close()
  }

  /// A stream in an object can be reached from its own callback, where nothing may wait.
  @Test(arguments: ["pace=realtime", "pace=fast"])
  func whatWaitsIsRefusedInsideACallback(pace: String) async throws {
    let bench = try VirtualBench(pace)
    final class Holder: @unchecked Sendable {
      var stream: AudioOutputStream<Float>?
      var other: AudioOutputStream<Float>?
    }
    let holder = Holder()
    let refusals = Shared(0)
    holder.other = try AudioOutputStream<Float>(bench.parameters(1))
    holder.stream = try AudioOutputStream<Float>(bench.parameters(1)) { _, _ in
      // Not a rule-abiding callback: that is the point.
      for attempt in [
        { try holder.stream?.stop() }, { try holder.stream?.abort() },
        { try holder.stream?.close() }, { try holder.other?.start() },
        { _ = try holder.stream?.wait() },
        { try holder.other?.write(SampleBuffer<Float>(frameCount: 1)) },
      ] as [() throws -> Void] where code(of: attempt) == .calledInCallback {
        refusals.update { $0 += 1 }
      }
      return .complete
    }
    guard !sd_realtime_is_checked() else { return }
    try await holder.stream?.start()
    try await eventually("the callback") { refusals.value >= 6 }
    #expect(refusals.value == 6)
    if let stream = holder.stream {
      #expect(try await withTimeout(.seconds(20)) { try await stream.wait() })
    }
    try await holder.stream?.close()
    holder.stream = nil
  }

  @Test func partialFramesAreRefused() throws {
    let bench = try VirtualBench()
    let stream = try AudioStream<Float>(input: bench.parameters(2), output: bench.parameters(2))
    try stream.start()
    let three: [Float] = [1, 2, 3]
    #expect(code { try stream.write(three.span) } == .partialFrame)
    var seven = [Float](repeating: 9, count: 7)
    #expect(
      code {
        var span = seven.mutableSpan
        _ = try stream.read(into: &span)
      } == .partialFrame)
    var buffer = SampleBuffer<Float>(frameCount: 10, channelCount: 2)
    buffer.samples.append(1)
    #expect(code { try stream.write(buffer) } == .partialFrame)
    #expect(code { try Sound.play(buffer, device: bench.null) } == .partialFrame)
    #expect(
      code {
        _ = try Sound.playAndRecord(
          buffer, inputChannelCount: 1, inputDevice: bench.null, outputDevice: bench.null)
      } == .partialFrame)
    let raw = try RawAudioOutputStream(bench.parameters(1), format: .int24)
    try raw.start()
    #expect(code { try raw.write([1, 2, 3, 4]) } == .partialFrame)
    try raw.close()
    try stream.close()
  }

  /// A number may come from a damaged header.
  @Test func numbersNeverTrap() async throws {
    let bench = try VirtualBench()
    let parameters = bench.parameters(2)
    for rate in [1e300, 1e12, 4_294_967_295] {
      #expect(
        code { _ = try AudioOutputStream<Float>(parameters, options: .init(sampleRate: rate)) }
          == .invalidSampleRate)
      #expect(code { try parameters.check(for: .output, sampleRate: rate) } == .invalidSampleRate)
    }
    for blockSize in [Int.max, 1 << 32 + 64] {
      #expect(
        code { _ = try AudioOutputStream<Float>(parameters, options: .init(blockSize: blockSize)) }
          == .bufferTooBig)
    }
    #expect(
      code { _ = try AudioOutputStream<Float>(parameters, options: .init(bufferFrameCount: .max)) }
        == .bufferTooBig)
    for (latency, expected) in [
      (Double.nan, PortAudioError.Code.bufferTooSmall), (-1, .bufferTooSmall),
      (.infinity, .bufferTooBig),
    ] {
      var late = parameters
      late.latency = .seconds(latency)
      #expect(code { _ = try AudioOutputStream<Float>(late) } == expected)
    }
    let stream = try AudioInputStream<Float>(parameters)
    try await stream.start()
    #expect(code { _ = try stream.read(frameCount: -1) } == .bufferTooSmall)
    #expect(code { _ = try stream.read(frameCount: .max) } == .bufferTooBig)
    #expect(code { _ = try stream.read(frameCount: 1 << 44) } == .bufferTooBig)
    for (frameCount, expected) in [
      (0, PortAudioError.Code.bufferTooSmall), (-5, .bufferTooSmall), (1 << 44, .bufferTooBig),
    ] {
      var blocks = stream.blocks(frameCount: frameCount).makeAsyncIterator()
      let error = await #expect(throws: PortAudioError.self) { try await blocks.next() }
      #expect(error?.code == expected)
    }
    try await stream.close()
    #expect(
      code { _ = try Sound.record(frameCount: 1 << 44, device: bench.null) as Recording<Float> }
        == .bufferTooBig)
    #expect(
      code { _ = try Sound.record(frameCount: -1, device: bench.null) as Recording<Float> }
        == .bufferTooSmall)
    #expect(bench.openStreamCount == 0)
  }

  @Test func anEmptyLoopEnds() async throws {
    let bench = try VirtualBench("pace=realtime")
    let playback = try await Sound.play(
      SampleBuffer<Float>(frameCount: 0), device: bench.loopback, loop: true)
    _ = try await withTimeout(.seconds(20)) { try await playback.wait() }
    #expect(!playback.isActive)
  }

  /// What fits float32 comes back bit for bit, silence too, without asking for it.
  @Test func integersThroughAFloatDeviceAreExact() async throws {
    let bench = try VirtualBench()
    func comesBack<S: Sample & Equatable>(_ samples: [S]) async throws {
      let take = try await Sound.playAndRecord(
        SampleBuffer(samples), inputChannelCount: 1, inputDevice: bench.loopback,
        outputDevice: bench.loopback
      ).wait(timeout: .seconds(20))
      #expect(take.samples.prefix(256).allSatisfy { $0 == S.silence })
      #expect(Array(take.samples.dropFirst(256)) == Array(samples.dropLast(256)))
    }
    try await comesBack((0..<2000).map { Int24($0 * 4001) })
    try await comesBack((0..<2000).map { Int16($0 * 16) })
    try await comesBack((0..<2000).map { Int8(truncatingIfNeeded: $0) })
  }

  @Test func virtualStreamsLeaveNoThreadBehind() async throws {
    func threads() -> Int {
      let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? []
      // By name: other tests' hosts keep their threads.
      return tasks.count {
        (try? String(contentsOfFile: "/proc/self/task/\($0)/comm", encoding: .utf8))
          == "sd-virtual\n"
      }
    }
    let before = threads()
    let bench = try VirtualBench("pace=realtime")
    for _ in 0..<100 {
      let stream = try AudioOutputStream<Float>(bench.parameters(1, of: bench.null)) { _, _ in
        .continue
      }
      try await stream.start()
      try await stream.close()
    }
    try await eventually("the threads to end") { threads() < before + 20 }
  }

  /// As many waiting tasks as would fill any thread pool, and others go on.
  @Test func waitingTasksHoldNoThread() async throws {
    let bench = try VirtualBench("pace=realtime")
    let playback = try await Sound.play(
      SampleBuffer<Float>(frameCount: 480), device: bench.loopback, loop: true)
    let waiting = (0..<200).map { _ in Task { try await playback.wait() } }
    let sum = try await withTimeout(.seconds(20)) {
      await Task.detached { (1...10).reduce(0, +) }.value
    }
    #expect(sum == 55)
    waiting[0].cancel()
    await #expect(throws: CancellationError.self) { try await waiting[0].value }
    try await playback.stop()
    for task in waiting.dropFirst() {
      _ = try await withTimeout(.seconds(20)) { try await task.value }
    }
  }

  @Test func anAsyncScopeStartsStopsAndCloses() async throws {
    let bench = try VirtualBench("pace=realtime")
    let stream = try AudioOutputStream<Float>(bench.parameters(1))
    let flags = try await stream.run {
      try await stream.write(SampleBuffer<Float>(frameCount: 4800))
    }
    #expect(flags == [] && stream.isClosed && stream.losses.output.delivered == 4800)
    struct Oops: Error {}
    let bad = try AudioOutputStream<Float>(bench.parameters(1))
    await #expect(throws: Oops.self) { try await bad.run { () async throws in throw Oops() } }
    #expect(bad.isClosed)
  }
}
