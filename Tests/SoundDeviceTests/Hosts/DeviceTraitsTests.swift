import PCM
import Testing

@testable import SoundDevice

struct DeviceTraitsTests {
  private let hardware = DeviceTraits(api: 8, name: "HDA Intel: ALC662 (hw:0,0)")
  private let server = DeviceTraits(api: 8, name: "default")
  private let pulse = DeviceTraits(api: 16, name: "alsa_output.usb-Focusrite")
  private let jack = DeviceTraits(api: 12, name: "system")

  @Test func whatLeadsToAServerIsKnown() {
    #expect(!hardware.isServer && server.isServer && pulse.isServer && !jack.isServer)
    #expect(hardware.takesIntegers && server.takesIntegers)
    #expect(!pulse.takesIntegers && !jack.takesIntegers)
    #expect(jack.isJACK && !pulse.isJACK && hardware.isALSA && !pulse.isALSA)
  }

  /// No lower than the server's period, and powers of two of frames.
  @Test func aServersLatencyHasAFloor() {
    for traits in [server, pulse] {
      #expect(traits.lowLatency(0.0087, rate: 48_000) == 1024.0 / 48_000)
      #expect(traits.lowLatency(0.03, rate: 48_000) == 2048.0 / 48_000)
      #expect(traits.lowLatency(.nan, rate: 48_000) == 1024.0 / 48_000)
      #expect(traits.highOutputLatency(0.035) == 0.2 && traits.highOutputLatency(0.5) == 0.5)
      // A player must be above the recorder of its sink's monitor.
      #expect(traits.highInputLatency(0.035) == 0.15 && traits.highInputLatency(0.5) == 0.5)
    }
    for traits in [hardware, jack] {
      #expect(traits.lowLatency(0.0087, rate: 48_000) == 0.0087)
      #expect(traits.highInputLatency(0.035) == 0.035)
      #expect(traits.highOutputLatency(0.035) == 0.035)
      #expect(traits.lowLatency(89_478, rate: 48_000) == 0.01 && traits.highInputLatency(-1) == 0.1)
    }
  }

  @Test func thePlaceholderRateIsNobodysChoice() {
    #expect(server.defaultRate(44_100) { $0 == 48_000 } == 48_000)
    #expect(server.defaultRate(44_100) { _ in false } == 44_100)
    #expect(server.defaultRate(96_000) { _ in true } == 96_000)
    #expect(server.defaultRate(.nan) { _ in false } == 48_000)
    // Others are not asked.
    for traits in [hardware, pulse, jack, DeviceTraits(api: 8, name: "dmix")] {
      #expect(
        traits.defaultRate(44_100) { _ in
          Issue.record("asked")
          return true
        } == 44_100)
    }
  }

  /// PulseAudio plays gaps into a stream in both directions whose latency is longer.
  @Test func pulseAudiosDuplexLatencyHasALimit() {
    func adapted(_ traits: DeviceTraits, _ input: Double?, _ output: Double?) -> [Double?] {
      func direction(_ latency: Double?) -> HostConfiguration.Direction? {
        latency.map { .init(deviceIndex: 0, channelCount: 2, format: .float32, latency: $0) }
      }
      let adapted = traits.adapted(
        HostConfiguration(
          input: direction(input), output: direction(output), sampleRate: 48_000, blockSize: 0,
          operation: "opening"))
      return [adapted.input?.latency, adapted.output?.latency]
    }
    #expect(
      adapted(pulse, 0.15, 0.2) == [0.04, 0.04] && adapted(pulse, 0.02, 0.03) == [0.02, 0.03])
    #expect(adapted(pulse, 0.15, nil) == [0.15, nil] && adapted(pulse, nil, 0.2) == [nil, 0.2])
    for traits in [server, jack, hardware] {
      #expect(adapted(traits, 0.15, 0.2) == [0.15, 0.2])
    }
  }

  @Test func streamsAreJudgedByTheirHost() {
    func granted(_ traits: DeviceTraits, output: Double? = 0.2) -> GrantedStream {
      var granted = GrantedStream(
        reportedRate: 48_000, wantedRate: 48_000, reportedInputLatency: 0,
        reportedOutputLatency: 0)
      traits.complete(&granted, requested: (0.15, output))
      return granted
    }
    // PortAudio reports none of PulseAudio's buffers.
    #expect(granted(pulse).inputLatency == 0.15 && granted(pulse).outputLatency == 0.2)
    #expect(granted(pulse).lossEvidence == .clock(latencyChange: 0.2 + 1024.0 / 48_000))
    for traits in [hardware, server, jack] {
      #expect(granted(traits).outputLatency == 0)
    }
    #expect(granted(pulse).longestSilence == 3 && granted(server).longestSilence == 3)
    #expect(granted(pulse).isServer && granted(server).isServer)
    #expect(!granted(hardware).isServer && !granted(jack).isServer)
    #expect(granted(hardware).longestSilence == 0 && granted(jack).longestSilence == 0)
    #expect(granted(hardware).lossEvidence == .flags && granted(server).lossEvidence == .flags)
    #expect(granted(jack).lossEvidence == .flagsAndClock())
    // A recording alone: what a network loses has no flag.
    #expect(
      granted(server, output: nil).lossEvidence
        == .flagsAndClock(latencyChange: 0.15 + 1024.0 / 48_000))
    #expect(granted(hardware, output: nil).lossEvidence == .flags)
    #expect(granted(server).mayGiveUp && !granted(pulse).mayGiveUp && !granted(hardware).mayGiveUp)
    #expect(granted(jack).connectsLate && !granted(pulse).connectsLate)
    #expect(granted(jack).mayChangeRate && !granted(pulse).mayChangeRate)
    #expect(granted(hardware).mustOutliveStart && !granted(pulse).mustOutliveStart)
  }
}
