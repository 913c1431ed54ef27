import PCM
import Resampler
import Testing

@Suite struct SampleBufferResamplingTests {
  @Test func keepsShapeAndLevel() throws {
    let floats = SampleBuffer<Float>([Float](repeating: 0.5, count: 882), channelCount: 2)
    let found = try floats.resampled(from: 44_100, to: 48_000)
    #expect(found.frameCount == 480 && found.channelCount == 2)
    #expect(abs(found[240, 1] - 0.5) < 1e-4)
    let doubles = SampleBuffer([Double](repeating: -0.25, count: 4800))
    let half = try doubles.resampled(from: 48_000, to: 24_000)
    #expect(half.frameCount == 2400)
    #expect(abs(half[1200, 0] + 0.25) < 1e-7)
  }

  @Test(arguments: [0, 1, 10])
  func evenTheShortest(_ count: Int) throws {
    let buffer = SampleBuffer<Float>(frameCount: count, channelCount: 2)
    #expect(try buffer.resampled(from: 8000, to: 44_100).frameCount == [0: 0, 1: 6, 10: 55][count])
  }

  @Test func refuses() {
    #expect(throws: RateConverterError.self) {
      try SampleBuffer<Float>(frameCount: 1).resampled(from: 0, to: 1)
    }
  }
}
