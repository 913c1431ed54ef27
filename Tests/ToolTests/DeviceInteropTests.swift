import Foundation
import Platform
import TestSupport
import Testing

/// The programs people already use: what one writes the other reads, sample for sample.
@Suite(.fewAtOnce) struct DeviceInteropTests {
  let folder: TemporaryDirectory
  private let sound = bytes(of: noise(4800))
  private let fast = virtual("pace=fast")

  init() throws {
    folder = try TemporaryDirectory()
    try folder.write(wave(noise(4800)), to: "a.wav")
  }

  private var wav: String { folder.file("a.wav") }

  /// Reads a header from standard input and returns what the loopback gave back.
  private var playrec: Command {
    Command.tool(
      "sd-playrec",
      [
        "-q", "-D", "virtual:loopback", "--no-dither", "--compensate", "auto", "--record-format",
        "s16le",
      ]
    ).with(environment: fast)
  }

  /// Plays standard input.
  private var play: Command {
    Command.tool("sd-play", ["-q", "-D", "virtual:null", "--status-fd", "3"])
      .writing(.captured, to: 3)
  }

  private func expectPlayed(_ frames: Int, _ result: ToolResult) {
    result.expectSilentSuccess()
    let feed = String(decoding: result.outputs[3] ?? [], as: UTF8.self)
    #expect(feed.contains("\"delivered\":\(frames),"), "\(feed)")
  }

  // MARK: The pipes of the README

  @Test func catIntoPlay() async throws {
    let flac = folder.file("a.flac")
    #expect(try await runTool("sd-cat", [wav, "-o", flac]).succeeded)
    let stages = try await runPipeline([.tool("sd-cat", ["-t", "au", flac]), play])
    stages[0].expectSilentSuccess()
    expectPlayed(4800, stages[1])
    let back = try await runPipeline([.tool("sd-cat", ["-t", "wav", flac]), playrec])
    #expect(Sound(back[1].output) == Sound(sound))
  }

  @Test func recordIntoAFile() async throws {
    let take = folder.file("take.wav")
    let result = try await runTool("sd-rec", ["-q", "-D", "virtual:null", "-d", "0.2", take])
    result.expectSilentSuccess()
    #expect(try await runTool("sd-cat", ["-f", "u8", take]).output.count == 9600 * 2)
  }

  @Test(.requires("flac")) func recordThroughCatIntoFLAC() async throws {
    let take = folder.file("take.flac")
    let stages = try await runPipeline([
      .tool("sd-rec", ["-q", "-D", "virtual:null", "-d", "0.2"]),
      .tool("sd-cat", ["--from", "f32le:48000:2", "-o", take]),
    ])
    for stage in stages { stage.expectSilentSuccess() }
    #expect(try await runProgram("flac", ["-t", "-s", take]).succeeded)
  }

  // MARK: ffmpeg

  @Test(.requires("ffmpeg"), arguments: ["wav", "au", "flac", "aiff"])
  func ffmpegWritesAndWeRead(_ type: String) async throws {
    let ffmpeg = Command.program(
      "ffmpeg", ["-v", "error", "-nostdin", "-i", wav, "-f", type, "-"])
    let played = try await runPipeline([ffmpeg, play])
    #expect(played[0].succeeded, "\(played[0])")
    expectPlayed(4800, played[1])
    let looped = try await runPipeline([ffmpeg, playrec])
    looped[1].expectSilentSuccess()
    #expect(Sound(looped[1].output) == Sound(sound))
  }

  @Test(.requires("ffmpeg"), arguments: ["wav", "flac"])
  func weWriteAndFFmpegReads(_ type: String) async throws {
    let writer = Command.tool(
      "sd-playrec",
      [
        "-q", "-D", "virtual:loopback", "--no-dither", "--compensate", "auto", "-t", type, "-",
        "-",
      ]
    ).with(environment: fast)
    let stages = try await runPipeline([
      .tool("sd-cat", ["-t", type, wav]), writer,
      .program("ffmpeg", ["-v", "error", "-nostdin", "-i", "-", "-f", "s16le", "-"]),
    ])
    stages[1].expectSilentSuccess()
    #expect(stages[2].succeeded && stages[2].errorText.isEmpty, "\(stages[2])")
    #expect(Sound(stages[2].output) == Sound(sound))
  }

  // MARK: sox, flac

  @Test(.requires("sox")) func soxWritesAndWeRead() async throws {
    let raw = try await runPipeline([
      .program("sox", [wav, "-t", "raw", "-e", "signed", "-b", "16", "-"]),
      Command.tool("sd-playrec", playrec.arguments + ["-f", "s16", "-r", "48k", "-c", "2"])
        .with(environment: fast),
    ])
    #expect(Sound(raw[1].output) == Sound(sound))
    for type in ["wav", "au", "flac"] {
      let stages = try await runPipeline([.program("sox", [wav, "-t", type, "-"]), playrec])
      stages[1].expectSilentSuccess()
      #expect(Sound(stages[1].output) == Sound(sound), "\(type)")
    }
  }

  @Test(.requires("sox")) func weWriteAndSoxReads() async throws {
    let stages = try await runPipeline([
      Command.tool("sd-rec", ["-q", "-D", "virtual:null", "-t", "wav", "-f", "s16", "-n", "4800"])
        .with(environment: fast),
      .program("sox", ["-t", "wav", "-", "-n", "stat"]),
    ])
    stages[0].expectSilentSuccess()
    #expect(stages[1].succeeded && stages[1].errorText.contains("Samples read:              9600"))
    for name in ["b.wav", "b.au", "b.flac", "b.aiff", "b.w64", "b.caf"] {
      let path = folder.file(name)
      let made = try await run(
        Command.tool(
          "sd-playrec",
          ["-q", "-D", "virtual:loopback", "--no-dither", "--compensate", "auto", wav, path]
        ).with(environment: fast))
      made.expectSilentSuccess()
      let back = try await runProgram("sox", ["-D", path, "-t", "raw", "-L", "-b", "16", "-"])
      #expect(Sound(back.output) == Sound(sound), "\(name): \(back)")
    }
  }

  @Test(.requires("flac")) func flacBothWays() async throws {
    let stages = try await runPipeline([
      .program("flac", ["-s", "-c", wav]), playrec,
      .program(
        "flac",
        [
          "-s", "-c", "--force-raw-format", "--endian=little", "--sign=signed", "--channels=2",
          "--bps=16", "--sample-rate=48000", "-",
        ]),
      .program(
        "flac",
        ["-s", "-d", "-c", "--force-raw-format", "--endian=little", "--sign=signed", "-"]),
    ])
    stages[1].expectSilentSuccess()
    #expect(Sound(stages[3].output) == Sound(sound), "\(stages[3])")
  }

  // MARK: aplay, arecord

  @Test(.requires("aplay", "arecord")) func alsasProgramsBothWays() async throws {
    let alsa = try ALSAFiles(source: sound)
    let ours = folder.file("b.wav")
    let made = try await run(
      Command.tool(
        "sd-playrec",
        ["-q", "-D", "virtual:loopback", "--no-dither", "--compensate", "auto", wav, ours]
      ).with(environment: fast))
    made.expectSilentSuccess()
    let theirs = try await runProgram(
      "aplay", ["-q", "-D", "tap", ours], environment: alsa.environment)
    #expect(theirs.succeeded, "\(theirs)")
    #expect(try Sound(alsa.played(bytesPerFrame: 4)) == Sound(sound))
    let recorder = Command.program(
      "arecord",
      ["-q", "-D", "source", "-t", "wav", "-f", "S16_LE", "-r", "48000", "-c", "2", "-s", "4800"]
    ).with(environment: alsa.environment)
    let stages = try await runPipeline([recorder, playrec])
    stages[1].expectSilentSuccess()
    #expect(Sound(stages[1].output) == Sound(sound), "\(stages[0])")
  }

  @Test(.requires("pulseaudio", "pactl", "parec"), .usesSoundServer) func pulseAudioHearsUs()
    async throws
  {
    // The null sink's monitor gives what was played, as 16 bits at the sink's own rate.
    try await withPulseServer { server in
      let recorder = Command.program(
        "parec", ["--raw", "--format=s16le", "--rate=48000", "--channels=2", "-d", "nul.monitor"]
      ).with(environment: server.environment)
      try await withTool(recorder) { recorder in
        var recording = try await recorder.readOutput(4)
        let player = try await runTool(
          "sd-play", ["-q", "-D", "pulse", wav], environment: server.environment)
        #expect(player.succeeded, "\(player)")
        // Where PulseAudio has nothing to play it plays silence, which is no part of the sound.
        var heard: [UInt8] = []
        for _ in 0..<100 where heard.count < sound.count {
          recording += try await recorder.readOutput(9600)
          heard = stride(from: 0, to: recording.count, by: 4).flatMap { start in
            let frame = recording[start..<start + 4]
            return frame.allSatisfy { $0 == 0 } ? [] : frame
          }
        }
        #expect(Sound(heard) == Sound(sound))
      }
    }
  }

  // MARK: python-sounddevice

  @Test(.requires("jackd", "jack_lsp"), .requiresPythonSoundDevice, .usesSoundServer)
  func pythonPlaysAndWeRecord() async throws {
    let floats = bytes(of: TestSignal.noise(frameCount: 9600, channelCount: 2).map { $0 })
    let path = try folder.write(floats, to: "noise.f32")
    let script = """
      import numpy, sounddevice
      sounddevice.play(numpy.fromfile("\(path)", "float32").reshape(-1, 2), 48000,
                       device="loopback, JACK", blocking=True)
      """
    try await withSteadyServer { server in
      try await server.expectBack(floats, bytesPerFrame: 8, with: []) {
        try await run(Python.command(["-c", script]).with(environment: server.environment))
      }
    }
  }

  @Test(.requires("jackd", "jack_lsp"), .requiresPythonSoundDevice, .usesSoundServer)
  func wePlayAndPythonRecords() async throws {
    let floats = bytes(of: TestSignal.noise(frameCount: 9600, channelCount: 2).map { $0 })
    let path = try folder.write(floats, to: "noise.f32le")
    let script = """
      import sys, sounddevice
      with sounddevice.RawInputStream(48000, device="loopback, JACK", channels=2,
                                      dtype="float32") as stream:
          while True:
              sys.stdout.buffer.write(stream.read(1024)[0])
              sys.stdout.buffer.flush()
      """
    try await withSteadyServer { server in
      let command = try await Python.command(["-c", script])
        .with(environment: server.environment)
      try await expectShare("sd-play recorded by Python") {
        try await withTool(command) { recorder in
          var recording = try await recorder.readOutput(8)
          let player = try await runTool(
            "sd-play", ["-D", "loopback", "-r", "48000", "-c", "2", path],
            environment: server.environment)
          player.expectSilentSuccess()
          for _ in 0..<40 where position(of: floats, in: recording, bytesPerFrame: 8) == nil {
            recording += try await recorder.readOutput(8 * 4096)
          }
          return position(of: floats, in: recording, bytesPerFrame: 8) != nil
        }
      }
    }
  }
}
