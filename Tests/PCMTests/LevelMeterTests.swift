import PCM
import Testing

@Suite struct LevelMeterTests {
  @Test func peakAndMeanOfEachChannel() {
    var meter = LevelMeter(channelCount: 2)
    #expect(meter.peak(0) == 0 && meter.rms(0) == 0)
    meter.update(([0.5, -1, -0.5, 0] as [Float]).span)
    meter.update(([0.5, 0, 0.5, 0] as [Float]).span)
    #expect(meter.frameCount == 4)
    #expect(meter.channelCount == 2)
    #expect(meter.peak(0) == 0.5)
    #expect(meter.rms(0) == 0.5)
    #expect(meter.peak(1) == 1)
    #expect(meter.rms(1) == 0.5)
    meter.reset()
    #expect(meter.frameCount == 0 && meter.peak(1) == 0 && meter.rms(1) == 0)
  }

  @Test(arguments: SampleEncoding.allCases)
  func anyEncoding(_ encoding: SampleEncoding) {
    // With three channels, the chunks measured at a time do not end on a frame.
    let frames = 1000
    var samples = [Float](repeating: 0, count: frames * 3)
    for frame in 0..<frames {
      samples[frame * 3 + 1] = frame.isMultiple(of: 2) ? 0.25 : -0.25
      samples[frame * 3 + 2] = frame == 998 ? -0.75 : 0.5
    }
    let raw = convert(bytes(samples), .init(.float32), encoding).bytes
    var meter = LevelMeter(channelCount: 3)
    unsafe meter.update(raw.span.bytes, encoding: encoding)
    let tolerance = encoding.isCompanded ? 0.02 : 1e-6
    #expect(meter.frameCount == frames)
    for (channel, level) in [0, 0.25, 0.75].enumerated() {
      #expect(abs(meter.peak(channel) - level) <= tolerance)
    }
    #expect(abs(meter.rms(1) - 0.25) <= tolerance)
  }

  @Test func nanIsSilence() {
    var meter = LevelMeter(channelCount: 1)
    meter.update(([.nan, 0.5, .nan, 0.5] as [Float]).span)
    #expect(meter.peak(0) == 0.5)
    #expect(meter.rms(0) == Double(0.125).squareRoot())
  }

  @Test func decibels() {
    #expect(LevelMeter.decibels(1) == 0)
    #expect(LevelMeter.decibels(0) == -.infinity)
    #expect(abs(LevelMeter.decibels(0.5) + 6.0206) < 0.0001)
  }
}
