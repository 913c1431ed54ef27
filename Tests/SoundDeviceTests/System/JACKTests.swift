import Foundation
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

  /// Whether `heard` is `sent` after some silence of at most a few periods.
  private func isEqual<S: Sample & Equatable>(
    _ heard: SampleBuffer<S>, _ sent: SampleBuffer<S>
  ) -> Bool {
    guard let lag = heard.samples.firstIndex(where: { $0 != S.silence }) else { return false }
    return lag % sent.channelCount == 0 && lag < sent.samples.count / 2
      && heard.samples.dropFirst(lag).elementsEqual(sent.samples.dropLast(lag))
  }

  /// Expects what is taken to be right in most runs.
  private func expectTaken<S>(
    _ take: @Sendable @escaping () throws -> SampleBuffer<S>,
    isRight: (SampleBuffer<S>) -> Bool, by test: String = #function
  ) async throws {
    try await expectShare("\(test) over JACK", of: 4, atLeast: 2) {
      isRight(try await withBlockingTimeout(.seconds(20), take))
    }
  }

  /// Expects the samples, whose first frame must be no silence, to come back.
  private func comesBack<S: Sample & Equatable>(_ samples: [S], dithers: Bool = false)
    async throws
  {
    let (data, device) = (SampleBuffer(samples, channelCount: 2), loopback)
    try await expectTaken {
      try Sound.playAndRecord(
        data, inputChannelCount: 2, inputDevice: device, outputDevice: device,
        options: StreamOptions(dithers: dithers)
      ).wait()
    } isRight: {
      isEqual($0, data)
    }
  }

  @Test func float32ComesBackAlways() async throws {
    try await comesBack(TestSignal.noise(frameCount: 24_000, channelCount: 2), dithers: true)
  }

  @Test func integersComeBackBitForBitWithDitherOff() async throws {
    // The first frame is no silence, so that the lag is seen.
    try await comesBack(
      [7, 7] + TestSignal.noise(of: Int16.self, frameCount: 24_000, channelCount: 2))
    try await comesBack(
      [7, 7] + TestSignal.noise(of: Int8.self, frameCount: 24_000, channelCount: 2))
    try await comesBack(
      [7, 7] + TestSignal.noise(of: UInt8.self, frameCount: 24_000, channelCount: 2))
    try await comesBack(
      [7, 7]
        + TestSignal.noise(of: Int32.self, frameCount: 24_000, channelCount: 2).map {
          Int24(truncatingIfNeeded: $0)
        })
  }

  @Test func float64IsConvertedThroughFloat32() async throws {
    try await comesBack(TestSignal.noise(frameCount: 24_000, channelCount: 2).map(Double.init))
  }

  @Test func whatOnlyTheServerDecidesIsRefused() throws {
    let (device, parameters) = (loopback, StreamParameters(device: loopback, channelCount: 2))
    #expect(
      code { try parameters.check(for: .output, sampleRate: 44_100) } == .invalidSampleRate)
    try parameters.check(for: .input, format: .int16, sampleRate: 48_000)
    #expect(
      code { try Sound.play(SampleBuffer<Float>(frameCount: 9, channelCount: 3), device: device) }
        == .invalidChannelCount)
    #expect(
      code {
        try Sound.play(
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
    #expect(stream.sampleRate == 48_000 && stream.outputLatency >= 0 && stream.isStopped)
    try await stream.start()
    let before = stream.time
    #expect(try await withBlockingTimeout(.seconds(20)) { try stream.wait() })
    #expect(!stream.isActive && !stream.isStopped && stream.time >= before)
    #expect(stream.periodFrameCount > 0)
    try await stream.stop()
    #expect(stream.isStopped)
    try await stream.close()
    try await eventually("finished") { finished.value == 1 }
  }

  @Test func blockingStreamsAreAWire() async throws {
    let numbers = TestSignal.frameNumbers(frameCount: 12_000, channelCount: 2)
    let device = loopback
    func isRight(_ heard: SampleBuffer<Float>) -> Bool {
      Array(heard.samples.drop { $0 == 0 }.prefix(numbers.count)) == numbers
    }
    try await expectTaken(
      {
        let parameters = StreamParameters(device: device, channelCount: 2)
        let stream = try AudioStream<Float>(input: parameters, output: parameters)
        try stream.start()
        try stream.write(SampleBuffer(numbers, channelCount: 2))
        let (heard, _) = try stream.read(frameCount: 24_000, timeout: .seconds(10))
        try stream.abort()
        try stream.close()
        return heard
      }, isRight: isRight)
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
    try await stream.start()
    func isRight(_ heard: SampleBuffer<Float>) -> Bool {
      Array(heard.samples.drop { $0 == 0 }.prefix(6000)) == noise
    }
    try await expectTaken(
      {
        try Sound.playAndRecord(
          SampleBuffer(noise + [Float](repeating: 0, count: 18_000)),
          inputMapping: try ChannelMap([2]), outputMapping: try ChannelMap([1]),
          inputDevice: device, outputDevice: device
        ).wait()
      }, isRight: isRight)
    try await stream.close()
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
        input: input, output: output, inputFormat: .int24, outputFormat: .int24,
        options: StreamOptions(dithers: false)
      ) { input, output, _ in
        output.copy(from: input)
        return .continue
      }
    }
  }

  @Test func playbackAndRecordingAreTheSeedsExamples() async throws {
    let device = loopback
    let tone = TestSignal.frameNumbers(frameCount: 4800, channelCount: 2)
    let playback = try await Sound.play(
      SampleBuffer(tone, channelCount: 2), device: device, loop: true)
    func isRight(_ take: SampleBuffer<Float>) -> Bool {
      let numbers = take.samples.compactMap {
        TestSignal.frameNumber(of: $0, channelCount: 2)
      }
      // Both channels of every frame, each frame after the one before, round and round.
      let frames = numbers.filter { $0.channel == 0 }.map(\.frame)
      return numbers.count == 2 * 9600
        && zip(frames, frames.dropFirst()).allSatisfy { ($0 + 1) % 4800 == $1 }
    }
    try await expectTaken(
      {
        try Sound.record(frameCount: 9600, of: Float.self, channelCount: 2, device: device).wait()
      },
      isRight: isRight)
    #expect(playback.isActive)
    try await playback.stop()
  }

  /// `SD_CYCLES=10000` makes it long.
  @Test(.requires("jackd")) func streamsLeaveNothingBehindOnAServerOfTheirOwn() async throws {
    let count = ProcessInfo.processInfo.environment["SD_CYCLES"].flatMap { Int($0) } ?? 40
    var options = JACKServer.Options()
    options.periodSize = 64
    try await withJACKServer(options) { server in
      let command = clientCommand("cycle", "loopback jack", "\(count)")
      let result = try await run(
        command.with(environment: server.environment), timeout: .seconds(60 + count / 4))
      expectFlat(result, count: count)
    }
  }

  @Test func manyPortsMayTakeTheirTimeOnAServerOfTheirOwn() async throws {
    var options = JACKServer.Options()
    options.periodSize = 2048
    options.systemChannelCount = 32
    try await withJACKServer(options) { server in
      let result = try await run(
        clientCommand("close", "system jack", "32").with(environment: server.environment))
      #expect(result.succeeded && result.outputText == "closed\n", "\(result)")
    }
  }

  /// A stream lost to a server that only stalled is closed when the server goes on.
  @Test(.requires("jackd", "jack_lsp")) func heldUpStreamsGiveTheirPortsBack() async throws {
    try await withJACKServer { server in
      let own = Set(try await server.ports())
      let command = clientCommand("hold", "loopback jack").with(environment: server.environment)
      try await withTool(command) { client in
        try await client.waitForError(containing: "running")
        #expect(Set(try await server.ports()).count == own.count + 12)
        server.pause()
        try await client.waitForError(containing: "lost")
        server.resume()
        try await client.waitForError(containing: "back")
        try await eventually("no ports but the server's") { Set(try await server.ports()) == own }
      }
    }
  }

  @Test func refreshingFindsTheServerAgain() async throws {
    try await withJACKServer { server in
      let result = try await run(
        clientCommand("refresh", "loopback jack").with(environment: server.environment))
      #expect(result.succeeded, "\(result)")
    }
  }

  /// PortAudio never reports it; its own calls hang; terminating it aborts the program.
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
