import PCM
import TestSupport
import Testing

@testable import SoundDevice

/// What hosts do wrong, and streams must bear: a run ends by our own clock, absurd numbers are
/// unknown, losses are found where no flag comes.
struct HostSinsTests {
  /// Sins that change no sound and lose no frame.
  static let harmless = ["linger", "latency=garbage", "times=garbage", "flags=none"]
  static let all = harmless + ["linger,latency=garbage,times=garbage,flags=none"]

  private let numbers = TestSignal.frameNumbers(frameCount: 6000, channelCount: 1)

  @Test(arguments: all) func playingEnds(sin: String) async throws {
    let bench = try VirtualBench("pace=realtime,\(sin)")
    let playback = try await Sound.play(SampleBuffer(numbers), device: bench.loopback)
    _ = try await withTimeout(.seconds(20)) { try await playback.wait() }
    #expect(!playback.stream.isLost && playback.stream.losses.output.delivered >= 6000)
    try await eventually("closed") { bench.openStreamCount == 0 }
  }

  @Test(arguments: all) func recordingEnds(sin: String) async throws {
    let bench = try VirtualBench("pace=realtime,\(sin)")
    let recording = try await Sound.record(
      frameCount: 6000, channelCount: 1, device: bench.loopback)
    let take = try await withTimeout(.seconds(20)) { try await recording.wait() }
    #expect(take.frameCount == 6000 && recording.recordedFrameCount == 6000)
  }

  @Test(arguments: all) func playingAndRecordingEndsAndIsExact(sin: String) async throws {
    let bench = try VirtualBench("pace=realtime,\(sin)")
    let recording = try await Sound.playAndRecord(
      SampleBuffer(numbers), inputChannelCount: 1, inputDevice: bench.loopback,
      outputDevice: bench.loopback)
    let take = try await withTimeout(.seconds(20)) { try await recording.wait() }
    #expect(Array(take.samples.dropFirst(256)) == Array(numbers.dropLast(256)))
  }

  @Test(arguments: all) func aBlockingStreamStops(sin: String) async throws {
    let bench = try VirtualBench("pace=realtime,\(sin)")
    let stream = try AudioStream<Float>(input: bench.parameters(1), output: bench.parameters(1))
    try await withBlockingTimeout(.seconds(20)) { [numbers] in
      try stream.start()
      try stream.write(SampleBuffer(numbers))
      _ = try stream.read(frameCount: 3000)
      try stream.stop()
      try stream.start()
      try stream.stop()
      try stream.close()
    }
    #expect(stream.losses.output.delivered == 6000)
  }

  /// Ended by its callback, finished, stopped, started again.
  @Test(arguments: all) func aCallbackStreamFinishesOnceARun(sin: String) async throws {
    let bench = try VirtualBench("pace=realtime,\(sin)")
    let finished = Shared(0)
    let stream = try AudioOutputStream<Float>(
      bench.parameters(1), finished: { finished.update { $0 += 1 } }
    ) { _, _ in .complete }
    for run in 1...3 {
      try await stream.start()
      #expect(try await withTimeout(.seconds(20)) { try await stream.wait() })
      #expect(finished.value == run && !stream.isActive && !stream.isStopped)
      try await stream.stop()
      #expect(stream.isStopped)
    }
    try await stream.close()
  }

  @Test func aLatencyThatCannotBeIsOneBlock() throws {
    let bench = try VirtualBench("pace=realtime,latency=garbage")
    let stream = try AudioStream<Float>(
      input: bench.parameters(1), output: bench.parameters(1),
      options: StreamOptions(blockSize: 480)
    ) { _, _, _ in .continue }
    #expect(stream.outputLatency == 0.01 && stream.inputLatency == 0.01)
    #expect(stream.session.latencies.output == nil && stream.session.latencies.input == nil)
  }

  @Test func timesThatCannotBeAreZeroForTheCallback() async throws {
    let bench = try VirtualBench("pace=realtime,times=garbage")
    let times = Tape<(Double, Double, Double)>(100, of: (0, 0, 0))
    let stream = try AudioStream<Float>(
      input: bench.parameters(1), output: bench.parameters(1)
    ) { _, _, info in
      times.append((info.inputTime, info.outputTime, info.currentTime))
      return times.count < 60 ? .continue : .complete
    }
    try await stream.start()
    _ = try await withTimeout(.seconds(20)) { try await stream.wait() }
    #expect(times.count == 60)
    for (input, output, current) in times.values {
      #expect(input.isFinite && output.isFinite && current.isFinite)
      #expect(input >= 0 && output >= 0 && current >= 0)
      #expect(max(input, output, current) < 1e12)
    }
    #expect(stream.time == 0)
  }

  /// No flag, no count, wrong times: only the clock reveals the loss, in periods.
  @Test(arguments: ["flags=none", "flags=none,times=garbage"])
  func lossesAreFoundByTheClock(sin: String) async throws {
    let bench = try VirtualBench("pace=realtime,xrun@48000:12800,\(sin)")
    let stream = try AudioInputStream<Float>(
      bench.parameters(1, of: bench.null), options: StreamOptions(stallTime: .seconds(10))
    ) { _, _ in .continue }
    try await stream.start()
    try await eventually("a loss") { stream.losses.input.lost > 0 }
    try await stream.stop()
    let losses = stream.losses.input
    #expect(losses.lostIsEstimated && losses.lossCount >= 1 && losses.lost % 256 == 0)
    #expect(losses.lost >= 12_800 - 256)
    #expect(stream.flags == [])
  }

  @Test(arguments: ["crawl", "crawl@9600"])
  func aHundredthOfRealTimeIsALostDevice(fault: String) async throws {
    let bench = try VirtualBench("pace=realtime,block=64,\(fault)")
    for output in [true, false] {
      let options = StreamOptions(stallTime: .seconds(0.5))
      let sound = SampleBuffer<Float>(frameCount: 480_000)
      let error = try await withTimeout(.seconds(30)) {
        await #expect(throws: PortAudioError.self) {
          if output {
            try await Sound.play(sound, device: bench.null, options: options).wait()
          } else {
            let recording: Recording<Float> = try await Sound.record(
              frameCount: 480_000, device: bench.null, options: options)
            try await recording.wait()
          }
        }
      }
      #expect(error?.code == .hostLost)
    }
  }

  @Test func absurdReportsAreUnknown() {
    #expect(Reported.latency(4_294_966_272 / 48_000) == nil)
    for latency in [-0.1, .nan, .infinity, 10.1] { #expect(Reported.latency(latency) == nil) }
    #expect(Reported.latency(0) == 0 && Reported.latency(10) == 10)
    for rate in [0, -48_000, .nan, .infinity, 1e12] { #expect(Reported.sampleRate(rate) == nil) }
    #expect(Reported.sampleRate(44_100) == 44_100)
    #expect(Reported.time(.nan) == nil && Reported.time(-1) == nil && Reported.time(7) == 7)
    #expect(Reported.load(.infinity) == nil && Reported.load(0.5) == 0.5)
    #expect(Reported.channelCount(-1) == 0 && Reported.channelCount(1 << 31) == 0)
    #expect(Reported.channelCount(10_000) == 10_000)
    #expect(Reported.name("Käbel (1)") == "Käbel (1)")
    #expect(Reported.name("a\nb\u{1B}[2J") == "a\u{FFFD}b\u{FFFD}[2J")
    let granted = GrantedStream(
      reportedRate: .nan, wantedRate: 48_000, reportedInputLatency: -1,
      reportedOutputLatency: 0.25)
    #expect(granted.sampleRate == 48_000 && granted.inputLatency == nil)
    #expect(granted.outputLatency == 0.25)
  }
}
