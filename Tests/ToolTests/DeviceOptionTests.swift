import Foundation
import TestSupport
import Testing

/// Where an option and a variable say the same thing: which wins, and that each has an effect.
@Suite(.fewAtOnce) struct DeviceOptionTests {
  private let fast = virtual("pace=fast")

  /// What -v says was opened, for ten frames of silence.
  private func opened(
    _ name: String, _ arguments: String..., environment: [String: String?] = [:],
    settings: [String: String?] = virtual("pace=fast")
  ) async throws -> String {
    let silence = [UInt8](repeating: 0, count: 640)
    let command = Command.tool(name, ["-v", "-n", "10"] + arguments).reading(.bytes(silence))
      .with(environment: settings).with(environment: environment)
    let result = try await run(command)
    #expect(result.succeeded, "\(result)")
    let lines = result.errorLines.filter { $0.contains(": opened") }
    return lines.joined(separator: "\n")
  }

  // MARK: Devices

  @Test func outputDevicesHaveAnOrder() async throws {
    let environment: [String: String?] = [
      "SD_OUTPUT_DEVICE": "virtual:null", "SD_DEVICE": "virtual:loopback",
    ]
    func device(_ arguments: String..., environment: [String: String?]) async throws -> String {
      let silence = [UInt8](repeating: 0, count: 640)
      let command = Command.tool("sd-play", ["-v", "-n", "10"] + arguments)
        .reading(.bytes(silence)).with(environment: fast).with(environment: environment)
      let result = try await run(command)
      return String(
        result.errorLines.first { $0.contains(": opened") }?.split(separator: " ")[1] ?? "")
    }
    #expect(try await device(environment: environment) == "virtual:null,")
    #expect(
      try await device(environment: ["SD_DEVICE": "virtual:loopback"]) == "virtual:loopback,")
    #expect(try await device("-D", "loopback", environment: environment) == "virtual:loopback,")
    #expect(try await device("-o", "loopback", environment: environment) == "virtual:loopback,")
    #expect(try await device("--device=0", environment: environment) == "virtual:null,")
    #expect(
      try await device("--output-device", "1", environment: environment) == "virtual:loopback,")
    // An empty variable says nothing; the other direction's says nothing here.
    #expect(
      try await device(
        environment: [
          "SD_OUTPUT_DEVICE": "", "SD_INPUT_DEVICE": "nope", "SD_DEVICE": "virtual:null",
        ]) == "virtual:null,")
  }

  @Test func inputDevicesHaveAnOrder() async throws {
    let environment: [String: String?] = [
      "SD_INPUT_DEVICE": "virtual:null", "SD_DEVICE": "virtual:loopback",
      "SD_OUTPUT_DEVICE": "nope",
    ]
    #expect(
      try await opened("sd-rec", environment: environment).contains(" virtual:null, Virtual"))
    #expect(
      try await opened("sd-rec", "-i", "loopback", environment: environment)
        .contains("virtual:loopback"))
    #expect(
      try await opened("sd-rec", "-D", "loopback", environment: environment)
        .contains("virtual:loopback"))
  }

  @Test(arguments: ["sd-playrec", "sd-wire"])
  func duplexDevicesAreNamedTogetherOrApart(_ name: String) async throws {
    let environment: [String: String?] = [
      "SD_INPUT_DEVICE": "virtual:null", "SD_OUTPUT_DEVICE": "virtual:null",
    ]
    #expect(try await opened(name, environment: environment).contains("virtual:null"))
    let together = try await opened(name, "-D", "loopback", environment: environment)
    #expect(together.contains("virtual:loopback") && !together.contains("virtual:null"))
    let apart = try await opened(
      name, "-i", "loopback", "-o", "loopback", "-D", "virtual:null", environment: environment)
    #expect(apart.contains("virtual:loopback") && !apart.contains("virtual:null"))
  }

  // MARK: What raw data is

  @Test func variablesDescribeRawData() async throws {
    let environment: [String: String?] = [
      "SD_DEVICE": "virtual:null", "SD_RATE": "16k", "SD_CHANNELS": "1", "SD_FORMAT": "S16_LE",
    ]
    let play = try await opened("sd-play", environment: environment)
    #expect(play.contains("16000 Hz, ") && !play.contains("taken as"), "\(play)")
    let chosen = try await opened("sd-play", "-r", "8000", environment: environment)
    #expect(chosen.contains("8000 Hz"))
    let command = Command.tool("sd-rec", ["-q", "-n", "10"]).with(environment: fast)
      .with(environment: environment)
    #expect(try await run(command).output.count == 20)
    var more = command
    more.arguments += ["-f", "f64", "-c", "2"]
    #expect(try await run(more).output.count == 160)
    let duplex = Command.tool("sd-playrec", ["-q"]).with(environment: fast)
      .with(environment: environment).reading(.bytes([UInt8](repeating: 0, count: 64)))
    #expect(try await run(duplex).output.count == 64)
    let wire = try await opened("sd-wire", environment: environment)
    #expect(wire.contains("16000 Hz, 1 channel,"), "\(wire)")
  }

  @Test func variablesNeverTransformAFile() async throws {
    let folder = try TemporaryDirectory()
    let path = try folder.write(wave(noise(480), rate: 22_050), to: "a.wav")
    let environment: [String: String?] = [
      "SD_DEVICE": "virtual:loopback", "SD_RATE": "16k", "SD_CHANNELS": "1", "SD_FORMAT": "u8",
    ]
    let play = try await runTool(
      "sd-play", ["-v", path], environment: environment.merging(fast) { $1 })
    #expect(play.succeeded && play.errorText.contains("22050 Hz, 2 channels"), "\(play)")
    #expect(!play.errorText.contains("header"))
    let loop = try await runTool(
      "sd-playrec",
      [
        "-q", "--no-dither", "-c", "2", "--record-format", "s16le", "--compensate", "auto", path,
        "-",
      ],
      environment: environment.merging(fast) { $1 })
    #expect(Sound(loop.output) == Sound(bytes(of: noise(480))), "\(loop)")
  }

  // MARK: Blocks, latency, rings

  @Test func theBlockSizeIsTheHosts() async throws {
    // The status feed reports the host's block size.
    func block(_ arguments: String..., environment: [String: String?] = [:]) async throws -> String
    {
      let command = Command.tool(
        "sd-rec", ["-q", "-D", "virtual:null", "--status-fd", "3", "-n", "9600"] + arguments
      ).with(environment: virtual("block=256")).with(environment: environment)
        .writing(.captured, to: 3)
      let feed = try await run(command).outputs[3] ?? []
      let text = String(decoding: feed.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
      let start = text.firstRange(of: "\"block\":")
      return start.map { String(text[$0.upperBound...].prefix(while: \.isNumber)) } ?? ""
    }
    #expect(try await block() == "256")
    #expect(try await block("-b", "0") == "256")
    #expect(try await block("-b", "128") == "128")
    #expect(try await block(environment: ["SD_BLOCKSIZE": "64"]) == "64")
    #expect(try await block("--blocksize", "512", environment: ["SD_BLOCKSIZE": "64"]) == "512")
  }

  @Test(.requires("pulseaudio", "pactl"), .usesSoundServer) func latencyIsAskedFor() async throws {
    try await withPulseServer { server in
      func latency(
        _ arguments: String..., environment: [String: String?] = [:]
      ) async throws -> Double {
        let result = try await runTool(
          "sd-rec", ["-v", "-D", "pulse", "-n", "10"] + arguments,
          environment: server.environment.merging(environment) { $1 })
        let line = result.errorLines.first { $0.contains("opened for input") } ?? ""
        let words = line.split(separator: " ")
        let index = try #require(words.firstIndex(of: "latency"), "\(result)")
        return Double(words[index + 1]) ?? 0
      }
      let (low, high) = (try await latency("-L", "low"), try await latency("-L", "high"))
      // What PortAudio takes for high, 35 ms, is not robust here. A player asks for 200: it must be
      // above the recorder of its sink's monitor.
      #expect(low < high && high >= 150 && high < 200)
      #expect(try await latency() == high)
      #expect(try await latency(environment: ["SD_LATENCY": "low"]) == low)
      #expect(try await latency("-L", "high", environment: ["SD_LATENCY": "low"]) == high)
      let long = try await latency("--latency", "400ms")
      #expect(long > high)
      // A duplex program takes a pair.
      let wire = try await runTool(
        "sd-wire", ["-v", "-D", "pulse", "-L", "400ms,low", "-n", "10"],
        environment: server.environment)
      #expect(wire.errorText.contains("input latency"), "\(wire)")
    }
  }

  @Test func theRingIsAsLargeAsItSays() async throws {
    // A reader that takes nothing until something is dropped: the more the ring holds, the later is
    // the first frame that was.
    func held(_ arguments: String..., environment: [String: String?] = [:]) async throws -> Int {
      let command = Command.tool(
        "sd-rec",
        ["-D", "virtual:null", "-r", "192000", "-c", "1", "-f", "s16le"] + arguments
      ).writing(.onDemand).with(environment: environment)
      return try await withTool(command) { tool in
        _ = try await tool.waitForStatus("something is dropped") {
          $0.contains(" dropped") && !$0.contains(" 0 dropped")
        }
        tool.send(SIGINT)
        tool.drain()
        let words = try await tool.finish().errorText.components(separatedBy: "at frame ")
        let number = words.dropFirst().first?.split(separator: " ").first
        return try #require(number.flatMap { Int($0) })
      }
    }
    // 32768 frames of a pipe, the ring, and a block on its way, of at most 16384 frames.
    let least = try await held("-B", "1ms")
    let half = try await held("-B", "500ms")
    let variable = try await held(environment: ["SD_BUFFER": "500ms"])
    #expect(abs(half - least - (96_000 - 16_384)) <= 16_384, "\(least) \(half)")
    #expect(abs(variable - half) <= 16_384, "\(variable) \(half)")
  }

  @Test func lossesMeanWhatTheVariableSays() async throws {
    func status(_ arguments: String..., policy: String) async throws -> ToolResult {
      try await runTool(
        "sd-wire", ["-q", "-D", "virtual:null", "-n", "2400"] + arguments,
        environment: virtual("xrun@1000:10").merging(["SD_XRUN": policy]) { $1 })
    }
    #expect(try await status(policy: "fail").status == .exited(3))
    #expect(try await status(policy: "abort").status == .exited(3))
    #expect(try await status(policy: "ignore").status == .exited(0))
    #expect(try await status("--xrun", "warn", policy: "fail").status == .exited(0))
  }

  // MARK: Reporting

  @Test func theLineOnATerminalIsThereOnlyForFiles() async throws {
    let folder = try TemporaryDirectory()
    let path = try folder.write(wave(noise(24_000)), to: "a.wav")
    func told(_ command: Command) async throws -> String {
      let result = try await run(command.writing(.terminal, to: 2))
      #expect(result.succeeded)
      return result.terminalText
    }
    func play(_ arguments: String...) -> Command {
      .tool("sd-play", ["-D", "virtual:null"] + arguments)
    }
    let line = try await told(play(path))
    #expect(line.contains("\r0:00.") && line.contains("/ 0:00.5") && line.contains("%"))
    #expect(line.hasSuffix("\r\u{1B}[K"), "wiped away at the end: \(line.debugDescription)")
    #expect(try await told(play("--no-progress", path)).isEmpty)
    #expect(try await told(play("-q", path)).isEmpty)
    let raw = ["-f", "s16", "-r", "48000", "-c", "2"]
    var piped = play()
    piped.arguments += raw
    piped.input = .bytes(bytes(of: noise(4800)))
    #expect(try await told(piped).isEmpty)
    piped.arguments += ["--progress"]
    #expect(try await told(piped).contains("\r0:00."))
  }

  @Test func levelsAreShownElsewhereWhenAskedFor() async throws {
    let full = [UInt8](repeating: 0x80, count: 48_000)
    let result = try await runTool(
      "sd-play", ["-D", "virtual:null", "--meter", "-f", "s8", "-r", "48000", "-c", "1"],
      stdin: .bytes(full))
    #expect(result.succeeded)
    #expect(result.errorText.contains("0.0 dB"), "\(result.errorText.debugDescription)")
    let recorder = try await runTool(
      "sd-rec", ["-D", "virtual:null", "--meter", "-n", "9600", "-f", "s16", "--no-dither"])
    #expect(recorder.errorText.contains("-inf"), "\(recorder.errorText.debugDescription)")
  }

  @Test func waitingEndsWithTheTimeGiven() async throws {
    let clock = ContinuousClock()
    let start = clock.now
    let result = try await runTool("sd-rec", ["-D", "nope", "--wait", "0.6"])
    #expect(clock.now - start >= .milliseconds(600))
    result.expectFailure(1, "'nope'")
  }

  @Test(.usesSoundServer) func aDeviceThatComesUpMeanwhileIsTaken() async throws {
    let alsa = try ALSAFiles(source: bytes(of: noise(480)))
    let configuration = try alsa.folder.read("asound.conf")
    let short = "pcm.!default { type null }\n"
    try alsa.folder.write(Array(short.utf8), to: "asound.conf")
    let command = Command.tool(
      "sd-rec",
      ["-v", "-D", "source", "--wait", "60", "-f", "s16le", "-r", "48000", "-n", "480"]
    ).with(environment: alsa.environment)
    try await withTool(command) { tool in
      try await tool.waitForError(containing: "trying again")
      try alsa.folder.write(configuration, to: "asound.conf")
      let result = try await tool.finish()
      #expect(result.succeeded, "\(result)")
      #expect(Sound(result.output) == Sound(bytes(of: noise(480))))
    }
  }

  @Test func aRecordingOnATerminalEndsWithASummary() async throws {
    let folder = try TemporaryDirectory()
    let path = folder.file("a.wav")
    func summary(_ program: String, _ arguments: String...) async throws -> String {
      let command = Command.tool(program, ["--no-progress"] + arguments)
        .with(environment: virtual("pace=fast")).writing(.terminal, to: 2)
      let result = try await run(command)
      #expect(result.succeeded, "\(result)")
      return result.terminalText.replacing("\r", with: "")
    }
    let silent = try await summary("sd-rec", "-D", "virtual:null", "-n", "24000", path)
    #expect(silent.contains("sd-rec: \(path): 0:00.5, silent\n"), "\(silent)")
    #expect(try await summary("sd-rec", "-q", "-D", "virtual:null", "-n", "100", path).isEmpty)
    let tone = try folder.write(
      wave([Int16](repeating: 16_384, count: 9600)), to: "tone.wav")
    let loud = try await summary(
      "sd-playrec", "-D", "virtual:loopback", "--no-dither", "--compensate", "auto", tone, path)
    #expect(loud.contains("sd-playrec: \(path): 0:00.1, peak -6.0 -6.0 dB\n"), "\(loud)")
  }

  @Test func theStatusFeedGoesToStdoutWhereThatCarriesNoSound() async throws {
    let folder = try TemporaryDirectory()
    let result = try await runTool(
      "sd-rec",
      ["-q", "-D", "virtual:null", "-n", "480", "--status-fd", "1", folder.file("a.wav")],
      environment: virtual("pace=fast"))
    result.expectSilentSuccess()
    let end = try FaultBench.end(result.output)
    #expect(end.event == "end" && end.input.delivered == 480)
    let lines = result.outputText.split(separator: "\n")
    #expect(lines.last?.contains("\"seconds\":0.01") == true, "\(lines)")
    #expect(lines.last?.contains("a.wav") == true && lines.last?.contains("peak_db") == true)
    let refused = try await runTool("sd-rec", ["-D", "virtual:null", "--status-fd", "1"])
    refused.expectFailure(2, "--status-fd 1", "carries the sound")
  }
}
