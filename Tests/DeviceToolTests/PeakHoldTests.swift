import PCM
import Testing

@testable import DeviceTool

@Suite struct PeakHoldTests {
  private func meter(_ samples: [Float]) -> LevelMeter {
    var meter = LevelMeter(channelCount: 2)
    meter.update(samples.span)
    return meter
  }

  @Test func theHighestLevelOfEachChannelIsHeld() {
    var peaks = PeakHold()
    #expect(peaks.isEmpty && peaks.isSilent && peaks.decibels.isEmpty)
    peaks.hold(meter([0.5, 0]))
    peaks.hold(meter([-0.25, 0]))
    #expect(!peaks.isEmpty && !peaks.isSilent)
    #expect(abs(peaks.decibels[0] + 6.02) < 0.01 && peaks.decibels[1] == -.infinity)
    #expect(LossMessages.peaks(peaks) == "peak -6.0 -inf dB")
    peaks.hold(meter([0.5, 0]), Gain(factor: 2))
    #expect(abs(peaks.decibels[0]) < 0.01 && peaks.decibels[1] == -.infinity)
    peaks.reset()
    peaks.hold(meter([0, 0]))
    #expect(!peaks.isEmpty && LossMessages.peaks(peaks) == "silent")
  }
}
