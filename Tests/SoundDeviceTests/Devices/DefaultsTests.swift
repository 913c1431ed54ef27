import PCM
import Testing

@testable import SoundDevice

/// On values only: the defaults in force are the whole process's, and other tests open streams.
struct DefaultsTests {
  @Test func factoryDefaultsAreTheAncestors() {
    let defaults = Defaults()
    for direction in StreamDirection.allCases {
      let values = defaults.direction(direction)
      #expect(values.device == nil && values.channelCount == nil)
      #expect(values.format == nil && values.latency == nil)
    }
    #expect(defaults.sampleRate == nil && defaults.blockSize == 0)
    #expect(defaults.clips && defaults.dithers && !defaults.neverDropInput)
    #expect(!defaults.primeOutputBuffersUsingStreamCallback)
  }

  @Test func aSingleValueSetsBothDirections() throws {
    var defaults = Defaults()
    defaults.setChannelCount(2)
    defaults.setFormat(.int16)
    defaults.setLatency(.low)
    defaults.setDevice(try VirtualBench().null)
    #expect(defaults.input.channelCount == 2 && defaults.output.channelCount == 2)
    #expect(defaults.input.format == .int16 && defaults.output.format == .int16)
    #expect(defaults.input.latency == .low && defaults.output.latency == .low)
    let null = try VirtualBench().null
    #expect(try defaults.input.device?.device(for: .input).id == null.id)
    #expect(try defaults.output.device?.device(for: .output).id == null.id)
    defaults.output.channelCount = 1
    #expect(defaults.direction(.input).channelCount == 2)
    #expect(defaults.direction(.output).channelCount == 1)
  }
}
