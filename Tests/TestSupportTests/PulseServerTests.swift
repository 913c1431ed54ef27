import TestSupport
import Testing

@Suite(.requires("pulseaudio", "pactl")) struct PulseServerTests {
  @Test func clientsFindTheNullSink() async throws {
    try await withPulseServer(sampleRate: 44_100) { server in
      let sinks = try await runProgram(
        "pactl", ["list", "short", "sinks"], environment: server.environment)
      #expect(sinks.outputText.contains("nul\t"))
      #expect(sinks.outputText.contains("44100Hz"))
    }
  }

  @Test(.requiresPythonSoundDevice) func portAudioListsItUnderALSA() async throws {
    try await withPulseServer { server in
      let list = try await run(
        Python.command(["-m", "sounddevice"]).with(environment: server.environment))
      #expect(list.outputText.contains("pulse, ALSA (32 in, 32 out)"))
      #expect(list.outputText.contains("default, ALSA (32 in, 32 out)"))
    }
  }
}
