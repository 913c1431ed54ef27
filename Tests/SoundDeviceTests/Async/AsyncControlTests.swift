import PCM
import TestSupport
import Testing

@testable import SoundDevice

struct AsyncControlTests {
  private let devices: VirtualDevices
  private let parameters: StreamParameters

  init() throws {
    devices = try VirtualDevices(VirtualConfiguration(channelCount: 1))
    parameters = StreamParameters(device: devices.null, channelCount: 1)
  }

  @Test func everyChangeOfStateHasATwin() async throws {
    let stream = try AudioOutputStream<Float>(parameters) { _, _ in .continue }
    try await withTimeout(.seconds(30)) {
      try await stream.start()
      #expect(stream.isActive)
      await #expect(throws: PortAudioError(.streamIsNotStopped, "starting stream")) {
        try await stream.start()
      }
      try await stream.pause()
      #expect(stream.isPaused)
      try await stream.resume()
      #expect(stream.isActive && !stream.isPaused)
      try await stream.stop()
      #expect(stream.isStopped)
      try await stream.start()
      try await stream.abort()
      #expect(stream.isStopped)
      try await stream.close()
      #expect(stream.isClosed)
    }
  }

  /// The clock stands still, so that only the abort can end the stop.
  @Test(arguments: [true, false]) func anAbortEndsAStopThatWaits(closes: Bool) async throws {
    let stream = try AudioOutputStream<Float>(parameters)
    try await withTimeout(.seconds(30)) {
      try await stream.start()
      try await stream.write(SampleBuffer(frameCount: 1_000))
      let stopping = Task { try await stream.stop() }
      while !stream.session.isEnding.isSet { await Task.yield() }
      try await closes ? stream.close() : stream.abort()
      let result = await stopping.result
      if !closes { try result.get() }
      #expect(stream.isStopped && stream.isClosed == closes)
    }
  }

  @Test func runEndsTheStreamWhateverTheBodyDoes() async throws {
    struct Refusal: Error {}
    let stream = try AudioInputStream<Float>(parameters) { _, _ in .continue }
    try await withTimeout(.seconds(30)) {
      await #expect(throws: Refusal.self) { try await stream.run { throw Refusal() } }
      #expect(stream.isClosed)
    }
  }

  @Test func verbsStartAndStopInTasks() async throws {
    let (null, devices) = (devices.null, devices)
    try await withTimeout(.seconds(30)) {
      let playback = try await Sound.play(SampleBuffer<Float>(frameCount: 1_000), device: null)
      let recording = try await Sound.record(frameCount: 1_000, of: Int16.self, device: null)
      let own = try await Sound.record(
        into: SampleBuffer<Float>(frameCount: 9, channelCount: 1), device: null)
      let sound = SampleBuffer<Float>(frameCount: 1_000)
      let same = try await Sound.playAndRecord(sound, inputDevice: null, outputDevice: null)
      let other = try await Sound.playAndRecord(
        sound, recording: Int8.self, inputDevice: null, outputDevice: null)
      let third = try await Sound.playAndRecord(
        sound, into: SampleBuffer<Double>(frameCount: 1_000), inputDevice: null,
        outputDevice: null)
      let endless = try await Sound.play(sound, device: null, loop: true)
      #expect(playback.isActive && recording.isActive && endless.isActive)
      try await endless.stop()
      #expect(!endless.isActive)
      try devices.advance(by: 48_000)
      try await playback.wait()
      #expect(try await recording.wait().frameCount == 1_000)
      #expect(try await own.wait().frameCount == 9)
      #expect(try await same.wait().frameCount == 1_000)
      #expect(try await other.wait().frameCount == 1_000)
      #expect(try await third.wait().frameCount == 1_000)
    }
  }

  @Test func whatATaskCannotStartThrowsAsElsewhere() async throws {
    await #expect(throws: PortAudioError.self) {
      try await Sound.play(SampleBuffer<Float>(frameCount: 1), sampleRate: -1, device: devices.null)
    }
  }

  /// Finding a device and using it throw one type, so that `error` needs no cast.
  @Test func oneDoCatchesOneType() {
    var failures: [PortAudioError] = []
    do {
      let parameters = StreamParameters(device: Complaining())
      let stream = try AudioInputStream<Float>(parameters)
      try stream.start()
      try Sound.play(SampleBuffer<Float>(frameCount: 1)).wait()
      _ = try DeviceList.current().find("x")
    } catch {
      failures.append(error)
    }
    #expect(failures.first?.deviceError == .noDefault(.input))
    #expect(failures.first?.code == .invalidDevice)
  }

  private struct Complaining: DeviceChoice {
    func device(for direction: StreamDirection) throws(PortAudioError) -> Device {
      throw PortAudioError(.noDefault(direction))
    }
  }
}
