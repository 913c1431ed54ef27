import PCM
import TestSupport
import Testing

@testable import SoundDevice

struct VirtualDevicesTests {
  /// No time passes but what the test lets pass, so a take of ten minutes needs no wait.
  @Test func theClockMovesOnlyByHand() throws {
    let devices = try VirtualDevices(VirtualConfiguration(sampleRate: 8_000, channelCount: 1))
    let stream = try AudioInputStream<Float>(StreamParameters(device: devices.loopback)) { _, _ in
      .continue
    }
    try stream.start()
    #expect(stream.time == 0 && stream.losses.input.delivered == 0)
    try devices.advance(by: 255)
    #expect(stream.losses.input.delivered == 0)
    try devices.advance(by: 1)
    #expect(stream.losses.input.delivered == 256 && stream.time == 0.032)
    try devices.advance(by: 4_800_000 - 256)
    #expect(stream.losses.input.delivered == 4_800_000 && stream.time == 600 && !stream.isLost)
    #expect(stream.takeGaps().isEmpty && !stream.losses.isFreewheeling)
    try stream.close()
  }

  @Test func whatPlaysComesBackInStep() throws {
    let devices = try VirtualDevices(VirtualConfiguration(channelCount: 2, latency: 300))
    let numbers = TestSignal.frameNumbers(frameCount: 2_000, channelCount: 2)
    let take = try Sound.record(frameCount: 2_300, device: devices.loopback)
    let playback = try Sound.play(SampleBuffer(numbers, channelCount: 2), device: devices.loopback)
    try devices.advance(by: 9 * 256)
    #expect(Array(try take.wait(timeout: .seconds(20)).samples.dropFirst(600)) == numbers)
    #expect(playback.isActive)
    try devices.advance(by: 10_000)
    try playback.wait(timeout: .seconds(20))
  }

  @Test func bothDevicesHaveOneClock() throws {
    let devices = try VirtualDevices()
    let streams = try [devices.null, devices.loopback].map {
      try AudioInputStream<Int16>(StreamParameters(device: $0))
    }
    for stream in streams { try stream.start() }
    try devices.advance(by: 1_000)
    #expect(streams.map(\.readAvailable) == [768, 768])
    for stream in streams { try stream.close() }
  }

  @Test func aStalledStreamIsLostByTheClockOfItsDevice() throws {
    let devices = try VirtualDevices(
      VirtualConfiguration(sampleRate: 48_000, faults: [.stall(at: 512)]))
    let stream = try AudioInputStream<Float>(
      StreamParameters(device: devices.null), options: StreamOptions(stallTime: .seconds(1)))
    try stream.start()
    try devices.advance(by: 48_000)
    #expect(try !stream.wait(timeout: .seconds(0.7)))
    #expect(!stream.isLost)
    try devices.advance(by: 600)
    #expect(code { try stream.wait(timeout: .seconds(20)) } == .hostLost)
    #expect(stream.losses.input.delivered == 512)
  }

  @Test func aPauseIsAsLongAsTheClockMoved() throws {
    let devices = try VirtualDevices()
    let stream = try AudioInputStream<Float>(StreamParameters(device: devices.loopback))
    try stream.start()
    try devices.advance(by: 512)
    try stream.pause()
    try devices.advance(by: 4_000)
    try stream.resume()
    try devices.advance(by: 512)
    let gaps = stream.takeGaps()
    #expect(gaps.map(\.cause) == [.pause] && gaps.map(\.position) == [512])
    #expect(gaps.map(\.frameCount) == [4_000])
    try stream.close()
  }

  @Test func faultsComeInTheOrderOfTheirFrames() throws {
    let devices = try VirtualDevices(
      VirtualConfiguration(faults: [
        .stall(at: 2_000, frameCount: 500), .xrun(at: 1_000, frameCount: 24),
      ]))
    let stream = try AudioInputStream<Float>(StreamParameters(device: devices.loopback))
    try stream.start()
    try devices.advance(by: 2_400)
    #expect(stream.readAvailable == 1_976)
    try devices.advance(by: 600)
    #expect(stream.losses.input.lost == 24 && stream.readAvailable > 2_500)
    try stream.close()
  }

  @Test func itsCallbackCannotMoveTheClock() throws {
    let devices = try VirtualDevices()
    let complaint = Shared<PortAudioError.Code?>(nil)
    let stream = try AudioInputStream<Float>(StreamParameters(device: devices.null)) { _, _ in
      let error = code { try devices.advance(by: 1) }
      complaint.update { $0 = error }
      return .complete
    }
    try stream.start()
    try devices.advance(by: 256)
    #expect(complaint.value == .calledInCallback)
    try stream.wait(timeout: .seconds(20))
  }

  @Test(arguments: [
    (VirtualConfiguration(sampleRate: .nan), PortAudioError.Code.invalidSampleRate),
    (VirtualConfiguration(sampleRate: 0), .invalidSampleRate),
    (VirtualConfiguration(channelCount: 0), .invalidChannelCount),
    (VirtualConfiguration(channelCount: .max), .invalidChannelCount),
    (VirtualConfiguration(blockSize: 0), .bufferTooSmall),
    (VirtualConfiguration(blockSize: .max), .bufferTooBig),
    (VirtualConfiguration(latency: .max), .bufferTooBig),
    (VirtualConfiguration(drift: .min), .invalidFlag),
    (VirtualConfiguration(jitter: -1), .invalidFlag),
    (VirtualConfiguration(faults: [.lost(at: -1)]), .invalidFlag),
    (VirtualConfiguration(faults: [.xrun(at: 0, frameCount: .max)]), .invalidFlag),
  ])
  func numbersOutOfRangeThrow(configuration: VirtualConfiguration, expected: PortAudioError.Code) {
    #expect(code { _ = try VirtualDevices(configuration) } == expected)
  }

  @Test func theClockGoesOnlyForward() {
    #expect(code { try VirtualDevices().advance(by: -1) } == .bufferTooSmall)
  }
}
