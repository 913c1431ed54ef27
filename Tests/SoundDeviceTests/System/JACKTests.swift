import PCM
import Synchronization
import TestSupport
import Testing

@testable import SoundDevice

/// On a real server, whose loopback gives float32 back bit for bit one period later.
@Suite(.requires("jackd", "jack_lsp"), .usesSoundServer, .serialized)
struct JACKTests {
  private let loopback: Device

  init() async throws {
    _ = try await JACKServer.forThisProcess()
    PortAudioHost.clientName.withLock { $0 = "sd-unit-tests" }
    let list = try DeviceList.current()
    loopback = try list.find("loopback, JACK Audio Connection Kit")
  }

  /// The server has no real-time priority, and two cores are shared: a take it slipped in is taken
  /// again.
  private func undisturbed<S>(_ take: @Sendable @escaping () throws -> Recording<S>) async throws
    -> SampleBuffer<S>
  {
    for _ in 0..<30 {
      let recording = try take()
      let buffer = try await withBlockingTimeout(.seconds(20)) { try recording.wait() }
      let losses = recording.stream.losses
      if recording.status.isEmpty, losses.input.lost + losses.output.lost == 0 { return buffer }
    }
    throw ToolFailure("the server slipped in every take")
  }

  /// Whether `heard` is `sent` after some silence of at most a few periods.
  private func isEqual<S: Sample & Equatable>(
    _ heard: SampleBuffer<S>, _ sent: SampleBuffer<S>
  ) -> Bool {
    let channelCount = sent.channelCount
    return (1...8).contains { periods in
      let lag = periods * 256 * channelCount
      return heard.samples.prefix(lag).allSatisfy { $0 == S.silence }
        && heard.samples.dropFirst(lag).elementsEqual(sent.samples.dropLast(lag))
    }
  }

  private func comesBack<S: Sample & Equatable>(_ samples: [S], ditherOff: Bool = true)
    async throws
  {
    let (data, device) = (SampleBuffer(samples, channelCount: 2), loopback)
    let heard = try await undisturbed {
      try playrec(
        data, inputChannelCount: 2, inputDevice: device, outputDevice: device,
        options: StreamOptions(ditherOff: ditherOff))
    }
    #expect(isEqual(heard, data))
  }

  @Test func float32ComesBackAlways() async throws {
    try await comesBack(TestSignal.noise(frameCount: 12_000, channelCount: 2), ditherOff: false)
  }

  @Test func integersComeBackBitForBitWithDitherOff() async throws {
    // The first frame is no silence, so that the lag is seen.
    try await comesBack(
      [7, 7] + TestSignal.noise(of: Int16.self, frameCount: 12_000, channelCount: 2))
    try await comesBack(
      [7, 7] + TestSignal.noise(of: Int8.self, frameCount: 12_000, channelCount: 2))
    try await comesBack(
      [7, 7] + TestSignal.noise(of: UInt8.self, frameCount: 12_000, channelCount: 2))
    try await comesBack(
      [7, 7]
        + TestSignal.noise(of: Int32.self, frameCount: 12_000, channelCount: 2).map {
          Int24(truncatingIfNeeded: $0)
        })
  }

  @Test func float64IsConvertedThroughFloat32() async throws {
    try await comesBack(TestSignal.noise(frameCount: 9000, channelCount: 2).map(Double.init))
  }

  @Test func whatOnlyTheServerDecidesIsRefused() throws {
    let (device, parameters) = (loopback, StreamParameters(device: loopback, channelCount: 2))
    #expect(
      code { try parameters.check(for: .output, sampleRate: 44_100) } == .invalidSampleRate)
    try parameters.check(for: .input, format: .int16, sampleRate: 48_000)
    #expect(
      code { try play(SampleBuffer<Float>(frameCount: 9, channelCount: 3), device: device) }
        == .invalidChannelCount)
    #expect(
      code {
        try play(
          SampleBuffer<Float>(frameCount: 9, channelCount: 2), device: device,
          options: StreamOptions(neverDropInput: true))
      } == .invalidFlag)
  }

  @Test func aStreamTellsWhatItIsAndHowItEnds() async throws {
    let finished = Shared(0)
    var left = 4800
    let stream = try AudioOutputStream<Float>(
      StreamParameters(device: loopback, channelCount: 2),
      finished: { finished.update { $0 += 1 } }
    ) { _, info in
      left -= info.frameCount
      return left > 0 ? .continue : .complete
    }
    #expect(stream.sampleRate == 48_000 && stream.outputLatency > 0 && stream.isStopped)
    try stream.start()
    let before = stream.time
    #expect(try await withBlockingTimeout(.seconds(20)) { stream.wait() })
    #expect(!stream.isActive && !stream.isStopped && stream.time >= before)
    #expect(stream.periodFrameCount > 0)
    try stream.stop()
    #expect(stream.isStopped)
    try stream.close()
    try await eventually("finished") { finished.value == 1 }
  }

  @Test func blockingStreamsAreAWire() async throws {
    let numbers = TestSignal.frameNumbers(frameCount: 12_000, channelCount: 2)
    let device = loopback
    for _ in 0..<30 {
      let parameters = StreamParameters(device: device, channelCount: 2)
      let stream = try AudioStream<Float>(input: parameters, output: parameters)
      try stream.start()
      let heard = try await withBlockingTimeout(.seconds(20)) {
        try stream.write(SampleBuffer(numbers, channelCount: 2))
        let (heard, _) = try stream.read(frameCount: 16_000, timeout: 10)
        try stream.abort()
        try stream.close()
        return heard
      }
      let losses = stream.losses
      guard losses.input.lost + losses.output.lost == 0 else { continue }
      let sound = heard.samples.drop { $0 == 0 }
      #expect(Array(sound.prefix(numbers.count)) == numbers)
      return
    }
    Issue.record("the server slipped in every take")
  }

  /// Sound on channel 1 is heard, carried over by a callback, and comes back on channel 2.
  private func wire(_ make: (StreamParameters, StreamParameters) throws -> any AudioStreaming)
    async throws
  {
    let device = loopback
    let noise = TestSignal.noise(frameCount: 6000, channelCount: 1)
    let stream = try make(
      StreamParameters(device: device, channelMap: try ChannelMap([1])),
      StreamParameters(device: device, channelMap: try ChannelMap([2])))
    try stream.start()
    let heard = try await undisturbed {
      try playrec(
        SampleBuffer(noise + [Float](repeating: 0, count: 3000)),
        inputMapping: try ChannelMap([2]), outputMapping: try ChannelMap([1]),
        inputDevice: device, outputDevice: device)
    }
    try stream.close()
    let sound = heard.samples.drop { $0 == 0 }
    #expect(Array(sound.prefix(6000)) == noise)
  }

  @Test func aCallbackIsAWireInFloat32() async throws {
    try await wire { input, output in
      try AudioStream<Float>(input: input, output: output) { input, output, _ in
        output.copy(from: input)
        return .continue
      }
    }
  }

  @Test func aCallbackIsAWireInInt24() async throws {
    try await wire { input, output in
      try RawAudioStream(
        input: .int24, output: .int24, inputParameters: input, outputParameters: output,
        options: StreamOptions(ditherOff: true)
      ) { input, output, _ in
        output.copy(from: input)
        return .continue
      }
    }
  }

  @Test func playbackAndRecordingAreTheSeedsExamples() async throws {
    let device = loopback
    let tone = TestSignal.frameNumbers(frameCount: 4800, channelCount: 2)
    let playback = try play(SampleBuffer(tone, channelCount: 2), device: device, loop: true)
    let take = try await undisturbed {
      try rec(frameCount: 9600, of: Float.self, channelCount: 2, device: device)
    }
    #expect(playback.isActive)
    try playback.stop()
    let numbers = take.samples.compactMap {
      TestSignal.frameNumber(of: $0, channelCount: 2)
    }
    // Both channels of every frame, each frame after the one before, round and round.
    #expect(numbers.count >= 2 * 9600 - 2 * 2048)
    let frames = numbers.filter { $0.channel == 0 }.map(\.frame)
    #expect(zip(frames, frames.dropFirst()).allSatisfy { ($0 + 1) % 4800 == $1 })
  }

  @Test(.requires("jackd")) func severalThreadsOnAServerOfTheirOwn() async throws {
    var options = JACKServer.Options()
    options.periodSize = 64
    try await withJACKServer(options) { server in
      let command = clientCommand("stress", "loopback jack", "2000", "3")
      let result = try await run(
        command.with(environment: server.environment), timeout: .seconds(90))
      #expect(result.succeeded, "\(result)")
      #expect(result.outputText.hasPrefix("2000 steps, "))
    }
  }

  @Test func refreshingFindsTheServerAgain() async throws {
    try await withJACKServer { server in
      let result = try await run(
        clientCommand("refresh", "loopback jack").with(environment: server.environment))
      #expect(result.succeeded, "\(result)")
    }
  }

  /// PortAudio never tells; its own calls hang; ending it aborts the program.
  @Test(arguments: ["play", "rec", "playrec", "read", "write", "callback"])
  func aKilledServerEndsEverything(what: String) async throws {
    try await withJACKServer { server in
      let command = clientCommand("lose", what, "loopback jack")
      try await withTool(command.with(environment: server.environment)) { client in
        try await client.waitForError(containing: "running")
        try await server.kill()
        let result = try await client.finish(timeout: .seconds(30))
        #expect(result.succeeded, "\(result)")
        let words = result.outputText.split(separator: "\n")
        #expect(words.last?.hasPrefix("lost ") == true, "\(result.outputText)")
        #expect(what != "callback" || words.first == "finished")
        let count = Int(words.last?.split(separator: " ").last ?? "") ?? -1
        #expect(["rec", "playrec", "read"].contains(what) ? count > 0 : count == 0)
      }
    }
  }
}
