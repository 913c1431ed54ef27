import PCM
import TestSupport
import Testing

@testable import SoundDevice

struct PlaybackTests {
  private let tone = SampleBuffer(
    TestSignal.sine(frequency: 440, sampleRate: 48_000, frameCount: 2400, channelCount: 1))

  @Test func aLoopGoesOnUntilItIsStopped() async throws {
    let bench = try VirtualBench("pace=realtime,rate=96000")
    let playback = try await Sound.play(tone, device: bench.loopback, loop: true)
    try await eventually("more than one round") {
      playback.stream.losses.output.delivered > 3 * 2400
    }
    #expect(playback.isActive)
    #expect(code { try playback.wait(timeout: .seconds(0.01)) } == .timedOut)
    try await playback.stop()
    #expect(!playback.isActive && playback.stream.isClosed)
    #expect(try await playback.wait() == [])
    try await playback.stop()
  }

  @Test func theSoundGoesOnWithoutItsHandleAndClosesByItself() async throws {
    let bench = try VirtualBench("pace=realtime")
    try await Sound.play(tone, device: bench.loopback)
    try await eventually("the end") { bench.openStreamCount == 0 }
  }

  @Test func severalPlayAtOnceAndStopAlone() async throws {
    let bench = try VirtualBench("pace=realtime")
    let playbacks = try (0..<3).map { _ in try Sound.play(tone, device: bench.loopback, loop: true)
    }
    try await playbacks[1].stop()
    #expect(playbacks.map(\.isActive) == [true, false, true])
    for playback in playbacks { try await playback.stop() }
  }

  @Test func aLostDeviceIsAnErrorWithinTheStallTime() async throws {
    for fault in ["stall@9600", "lost@9600"] {
      let bench = try VirtualBench("pace=realtime,\(fault)")
      let playback = try await Sound.play(
        tone, device: bench.loopback, loop: true, options: StreamOptions(stallTime: .seconds(0.5)))
      let error = try await withBlockingTimeout(.seconds(20)) {
        #expect(throws: PortAudioError.self) { try playback.wait() }
      }
      #expect(error?.code == .hostLost)
      #expect(error?.description == "playing: the sound system does not answer")
      #expect(code { try playback.stop() } == .hostLost)
    }
  }

  /// It had played to its end before the host was lost to another stream.
  @Test func whatHadEndedIsNotLostLater() async throws {
    let bench = try VirtualBench("pace=realtime,lost@4800")
    let short = try await Sound.play(SampleBuffer<Float>(frameCount: 480), device: bench.loopback)
    let long = try await Sound.play(tone, device: bench.loopback, loop: true)
    let (first, second) = try await withBlockingTimeout(.seconds(20)) {
      (code { try short.wait() }, code { try long.wait() })
    }
    #expect(first == nil && second == .hostLost)
    #expect(code { try short.wait() } == nil)
  }
}
