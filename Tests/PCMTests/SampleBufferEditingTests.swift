import PCM
import Testing

@Suite struct SampleBufferEditingTests {
  let stereo = SampleBuffer<Float>([1, 2, 3, 4, 5, 6], channelCount: 2, sampleRate: 48_000)

  @Test func framesAreCopied() {
    let middle = SampleBuffer<Float>([3, 4], channelCount: 2, sampleRate: 48_000)
    #expect(stereo[frames: 1..<2] == middle)
    #expect(stereo[frames: 1...].samples == [3, 4, 5, 6])
    #expect(stereo[frames: ...0].samples == [1, 2])
    #expect(stereo[frames: 3..<3].frameCount == 0)
  }

  @Test func framesAreAppended() throws {
    var buffer = SampleBuffer<Float>([0, 0], channelCount: 2)
    try buffer.append(stereo)
    #expect(buffer == SampleBuffer([0, 0, 1, 2, 3, 4, 5, 6], channelCount: 2, sampleRate: 48_000))
    let mono = SampleBuffer<Float>([1])
    let error = #expect(throws: SampleBufferError.self) { try buffer.append(mono) }
    #expect(error?.description == "1 channels cannot be appended to 2")
    let other = SampleBuffer<Float>([1, 1], channelCount: 2, sampleRate: 44_100)
    #expect(throws: SampleBufferError.self) { try buffer.append(other) }
    #expect(buffer.frameCount == 4)
  }

  @Test func channelsAreViewsAndCanBeReplaced() throws {
    var buffer = stereo
    #expect(buffer.channels.map(Array.init) == [[1, 3, 5], [2, 4, 6]])
    #expect(buffer.channel(1).last == 6 && buffer.channel(0)[1...].elementsEqual([3, 5]))
    try buffer.replaceChannel(1, with: buffer.channel(0))
    #expect(buffer.samples == [1, 1, 3, 3, 5, 5])
    #expect(throws: SampleBufferError.self) { try buffer.replaceChannel(0, with: [1, 2]) }
    #expect(buffer.samples == [1, 1, 3, 3, 5, 5])
  }

  @Test func gainAppliesToEverySample() {
    var single = stereo
    single.apply(Gain(factor: 0.5))
    #expect(single.samples == [0.5, 1, 1.5, 2, 2.5, 3])
    var double = stereo.converted(to: Double.self)
    #expect(double.sampleRate == 48_000)
    double.apply(Gain(factor: -1))
    #expect(double.samples == [-1, -2, -3, -4, -5, -6])
  }

  @Test func mixingAddsAndGrows() throws {
    var buffer = stereo
    let two = SampleBuffer<Float>([10, 20, 30, 40], channelCount: 2)
    try buffer.mix(two, atFrame: 2, gain: Gain(factor: 0.5))
    #expect(buffer.samples == [1, 2, 3, 4, 10, 16, 15, 20])
    try buffer.mix(two, atFrame: 6)
    #expect(buffer.frameCount == 8 && Array(buffer.samples[8...]) == [0, 0, 0, 0, 10, 20, 30, 40])
    var empty = SampleBuffer<Float>(frameCount: 0, channelCount: 2)
    try empty.mix(stereo)
    #expect(empty == stereo)
  }

  @Test(arguments: [-1, .min, .max, .max / 2]) func impossibleFramesAreRefused(frame: Int) {
    var buffer = stereo
    #expect(throws: SampleBufferError.self) { try buffer.mix(stereo, atFrame: frame) }
    #expect(buffer == stereo)
  }

  @Test func otherChannelsAndRatesAreNotMixed() {
    var buffer = stereo
    #expect(throws: SampleBufferError.self) { try buffer.mix(SampleBuffer([1])) }
    let other = SampleBuffer<Float>([1, 1], channelCount: 2, sampleRate: 8000)
    #expect(throws: SampleBufferError.self) { try buffer.mix(other) }
  }
}
