import PCM
import Testing

@testable import SoundDevice

struct StreamParametersTests {
  @Test func whatCanBeOpenedPasses() throws {
    let bench = try VirtualBench("rate=48000")
    try bench.parameters(2).check(for: .input, format: .int24)
    try bench.parameters(1).check(for: .output, format: .uint8, sampleRate: 48_000)
  }

  @Test func whatCannotIsToldWithItsReason() throws {
    let bench = try VirtualBench("rate=48000")
    #expect(code { try bench.parameters(3).check(for: .input) } == .invalidChannelCount)
    let error = #expect(throws: PortAudioError.self) {
      try bench.parameters(1).check(for: .output, sampleRate: 44_100)
    }
    #expect(
      error?.description
        == "checking output settings on 'virtual:loopback, Virtual': Invalid sample rate "
        + "[PaErrorCode -9997]")
  }
}
