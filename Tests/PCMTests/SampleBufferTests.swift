import PCM
import Testing

@Suite struct SampleBufferTests {
  @Test func silenceOfAShape() {
    let buffer = SampleBuffer<UInt8>(frameCount: 3, channelCount: 2)
    #expect(buffer.frameCount == 3)
    #expect(buffer.channelCount == 2)
    #expect(buffer.samples == [UInt8](repeating: 0x80, count: 6))
    #expect(SampleBuffer<Float>(frameCount: 0, channelCount: 2).frameCount == 0)
  }

  @Test func framesAndChannels() {
    var buffer = SampleBuffer<Int16>([1, 2, 3, 4, 5, 6], channelCount: 3)
    #expect(buffer.frameCount == 2)
    #expect(buffer[1, 0] == 4)
    buffer[1, 2] = 60
    #expect(buffer.samples == [1, 2, 3, 4, 5, 60])
    #expect(Array(buffer.channel(2)) == [3, 60])
    #expect(Array(SampleBuffer([0.5, 1] as [Float]).channel(0)) == [0.5, 1])
  }

  @Test func takesFramesThatAreAppended() {
    var buffer = SampleBuffer<Float>([1, 2], channelCount: 2)
    buffer.samples += [3, 4]
    #expect(buffer.frameCount == 2)
    #expect(buffer[1, 1] == 4)
  }

  @Test func converts() {
    let buffer = SampleBuffer<Float>([1, -1, 0.5, -2], channelCount: 2)
    let integers = buffer.converted(to: Int16.self)
    #expect(integers == SampleBuffer([32767, -32768, 16384, -32768], channelCount: 2))
    #expect(integers.converted(to: Double.self).samples == [32767 / 32768, -1, 0.5, -1])
    #expect(buffer.converted(to: Float.self) == buffer)
  }

  @Test func dithersWhenAsked() {
    let buffer = SampleBuffer<Float>(frameCount: 1000, channelCount: 2)
    #expect(buffer.converted(to: Int16.self).samples.allSatisfy { $0 == 0 })
    #expect(Set(buffer.converted(to: Int16.self, dither: true).samples) == [-1, 0, 1])
  }
}
