import PCM
import SoundDevice
import Testing

@testable import DeviceTool

@Suite struct NegotiationTests {
  @Test func theRingIsNeitherTooSmallNorTooLarge() {
    func count(_ seconds: Double, _ bytesPerFrame: Int = 8) -> Int {
      Negotiation.bufferFrameCount(.seconds(seconds), rate: 48_000, bytesPerFrame: bytesPerFrame)
    }
    #expect(count(1) == 48_000 && count(0) == 16_384)
    #expect(count(3600) == (16 << 20) / 8)
    #expect(count(3600, 1 << 20) == 16_384)
  }

  @Test(arguments: [
    (SampleEncoding.u8, SampleFormat.uint8), (.s8, .int8), (.s16be, .int16), (.ulaw, .int16),
    (.s24le, .int24), (.s32le, .int32), (.f32le, .float32), (.f64le, .float32),
  ])
  func noBitIsLost(encoding: SampleEncoding, format: SampleFormat) {
    #expect(Negotiation.sampleFormat(for: encoding) == format)
  }

  @Test func theNearestRateIsTheDevices() throws {
    let device = try VirtualDevices("rate=48000").null
    let parameters = StreamParameters(device: device, channelCount: 2)
    func rate(_ wanted: Double?, mayResample: Bool) throws -> Double {
      try Negotiation.rate(
        wanted, device, .input, parameters, .float32, mayResample: mayResample)
    }
    #expect(try rate(nil, mayResample: false) == 48_000)
    #expect(try rate(48_000, mayResample: false) == 48_000)
    #expect(try rate(44_100, mayResample: true) == 48_000)
    #expect(throws: DeviceFailure.self) { try rate(44_100, mayResample: false) }
  }
}
