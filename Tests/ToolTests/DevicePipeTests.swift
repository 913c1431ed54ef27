import Foundation
import Platform
import TestSupport
import Testing

/// Pipes: what goes into a program and comes out of it, whatever its neighbours do.
@Suite(.fewAtOnce) struct DevicePipeTests {
  let folder: TemporaryDirectory
  init() throws { folder = try TemporaryDirectory() }

  private static let raw = ["-f", "s16le", "-r", "48000", "-c", "2"]
  private let sound = bytes(of: noise(4800))
  private let null = ["-q", "-D", "virtual:null"]
  private let fast = virtual("pace=fast")

  // MARK: Input

  @Test func trailingBytesAreTold() async throws {
    for name in ["sd-play", "sd-playrec"] {
      let command = Command.tool(name, ["-D", "virtual:null"] + Self.raw)
        .reading(.bytes(Array(sound[..<4003]))).writing(.null)
      let result = try await run(command)
      #expect(result.status == .exited(1))
      #expect(
        result.complaint() == "stdin: 3 trailing bytes ignored (a frame is 4 bytes)")
    }
    // The whole frames before are played all the same.
    let result = try await loop(Array(sound[..<4003]), "--compensate", "auto")
    #expect(result.status == .exited(1))
    #expect(Sound(result.output) == Sound(Array(sound[..<4000])))
  }

  @Test func lessThanAFrameIsNoFrame() async throws {
    let result = try await runTool(
      "sd-play", ["-D", "virtual:null"] + Self.raw, stdin: .bytes([1, 2, 3]))
    result.expectFailure(1, "stdin: 3 trailing bytes ignored")
  }

  @Test func nothingIsASuccess() async throws {
    for name in ["sd-play", "sd-playrec"] {
      let result = try await runTool(name, ["-D", "virtual:null"] + Self.raw)
      #expect(result.succeeded && result.output.isEmpty, "\(result)")
      #expect(result.complaint() == "stdin: empty")
    }
  }

  @Test func aCutHeaderIsAnError() async throws {
    for length in [6, 20, 40] {
      let result = try await runTool(
        "sd-play", ["-D", "virtual:null"], stdin: .bytes(Array(wave(noise(10))[..<length])))
      result.expectFailure(1, "stdin")
    }
  }

  @Test func standardInputThatIsNotOpenIsAnError() async throws {
    for name in ["sd-play", "sd-playrec"] {
      let result = try await runTool(name, ["-D", "virtual:null"] + Self.raw, stdin: .closed)
      result.expectFailure(1, "stdin: bad file descriptor")
    }
    let rec = try await runTool(
      "sd-rec", null + ["-n", "10"], stdin: .closed, environment: fast)
    rec.expectSilentSuccess()
    #expect(rec.output.count == 80)
  }

  @Test func sdRecNeverReadsStandardInput() async throws {
    let line = "{ sd-rec -q -D virtual:null -n 10 >rec; cat >rest; } <in"
    try folder.write(sound, to: "in")
    var command = Command.shell("PATH='\(BuiltTool.directory)':$PATH; \(line)")
      .with(environment: fast)
    command.workingDirectory = folder.path
    #expect(try await run(command).succeeded)
    #expect(try Sound(folder.read("rest")) == Sound(sound))
  }

  @Test(arguments: ["au", "wav", "flac", "aiff", "caf", "ogg"])
  func headersAreReadFromPipes(_ type: String) async throws {
    let path = folder.file("a.\(type)")
    let made = try await runTool(
      "sd-cat", ["--from", "s16le:44100:2", "-o", path], stdin: .bytes(sound))
    #expect(made.succeeded, "\(made)")
    let stages = try await runPipeline([
      .program("cat", [path]),
      Command.tool(
        "sd-playrec",
        ["-q", "-D", "virtual:loopback", "--no-dither", "--compensate", "auto"]
          + (type == "ogg" ? [] : ["--record-format", "s16le"])
      ).with(environment: fast),
    ])
    stages[1].expectSilentSuccess()
    let plain = try await runTool("sd-cat", ["-f", type == "ogg" ? "f32le" : "s16le", path])
    if type == "ogg" {
      #expect(stages[1].output.count == plain.output.count)
    } else if type != "au" {
      #expect(Sound(stages[1].output) == Sound(sound))
    } else {
      #expect(stages[1].output.count == sound.count)
    }
  }

  @Test func auGoesFromProgramToProgramWithoutAWord() async throws {
    let stages = try await runPipeline([
      Command.tool("sd-rec", null + ["-t", "au", "-r", "8000", "-c", "1", "-n", "800"]),
      Command.tool("sd-play", ["-v", "-D", "virtual:null", "--status-fd", "3"])
        .writing(.captured, to: 3),
    ])
    stages[0].expectSilentSuccess()
    #expect(stages[1].succeeded)
    #expect(stages[1].errorText.contains("8000 Hz, 1 channel"), "\(stages[1])")
    let feed = String(decoding: stages[1].outputs[3] ?? [], as: UTF8.self)
    #expect(feed.contains("\"delivered\":800"), "\(feed)")
  }

  @Test func aWriterOfSingleBytesLosesNothing() async throws {
    let path = try folder.write(sound, to: "a.raw")
    let stages = try await runPipeline([
      .program("dd", ["if=\(path)", "bs=1", "status=none"]),
      Command.tool("sd-play", null + ["--status-fd", "3"] + Self.raw).writing(.captured, to: 3),
    ])
    stages[1].expectSilentSuccess()
    let feed = String(decoding: stages[1].outputs[3] ?? [], as: UTF8.self)
    #expect(feed.contains("\"delivered\":4800,"), "\(feed)")
  }

  // MARK: Output

  @Test func aReaderThatLeavesEndsItQuietly() async throws {
    for (name, words) in [
      ("sd-rec", ["-D", "virtual:null"]),
      ("sd-playrec", ["-D", "virtual:loopback"] + Self.raw + ["/dev/zero", "-", "-t", "raw"]),
    ] {
      let command = Command.tool(name, words + ["--status-fd", "3"]).writing(.captured, to: 3)
      let stages = try await runPipeline([command, .program("head", ["-c", "9600"])])
      #expect(stages[0].status == .signalled(SIGPIPE), "\(stages[0])")
      #expect(stages[0].errorText.isEmpty)
      let end = try FaultBench.end(stages[0].outputs[3] ?? [])
      #expect(end.event == "end" && end.status == 128 + SIGPIPE, "\(end)")
      #expect(stages[1].output.count == 9600)
    }
    let gone = Command.tool("sd-rec", null).writing(.broken)
    #expect(try await run(gone).status == .signalled(SIGPIPE))
  }

  @Test func aBrokenPipeIsTalkedAboutWherePIPEIsIgnored() async throws {
    for line in [["sd-rec"] + null, ["sd-playrec"] + null + Self.raw] {
      let command = Command.tool(line[0], Array(line.dropFirst())).reading(.file("/dev/zero"))
        .writing(.broken).ignoring("PIPE")
      let result = try await run(command)
      #expect(result.status == .exited(1), "\(result)")
      #expect(result.complaint() == "stdout: broken pipe")
    }
  }

  @Test func aFullDiskIsTold() async throws {
    let told = "no space left on device"
    let path = folder.file("full.wav")
    try FileManager.default.createSymbolicLink(
      atPath: path, withDestinationPath: "/dev/full")
    for line in [
      ["sd-rec"] + null + ["-t", "raw", "/dev/full"],
      ["sd-rec"] + null + ["-t", "wav", "-n", "10", "/dev/full"],
      ["sd-rec"] + null + ["-t", "flac", "-n", "10", "/dev/full"],
      ["sd-playrec"] + null + ["-t", "raw"] + Self.raw + ["/dev/zero", "/dev/full"],
    ] {
      let result = try await runTool(line[0], Array(line.dropFirst()), environment: fast)
      result.expectFailure(1, "/dev/full: \(told)")
    }
    let stdout = Command.tool("sd-rec", null).writing(.file("/dev/full")).with(environment: fast)
    try await run(stdout).expectFailure(1, "stdout: \(told)")
  }

  @Test func aFileLimitIsTold() async throws {
    // Without a configuration that leads to PulseAudio, whose own files would meet the limit too.
    let alsa = try ALSAFiles()
    let line = "ulimit -f 8; exec sd-rec -q -D virtual:null -n 48000 out.wav"
    var command = Command.shell("PATH='\(BuiltTool.directory)':$PATH; \(line)")
      .with(environment: fast).with(environment: alsa.environment)
    command.workingDirectory = folder.path
    let result = try await run(command)
    #expect(result.status == .exited(1), "\(result)")
    #expect(result.errorLines == ["sd-rec: out.wav: file too large"])
    let data = try await runTool("sd-cat", ["-f", "f32", folder.file("out.wav")])
    #expect(data.succeeded && data.output.count > 3000, "\(data)")
  }

  @Test func aFileRemovedMeanwhileHarmsNothing() async throws {
    let path = folder.file("a.wav")
    try await withTool(.tool("sd-rec", null + [path])) { (tool) async throws in
      try await tool.waitUntilRunning()
      try FileManager.default.removeItem(atPath: path)
      try await tool.waitUntilRunning()
      tool.send(SIGINT)
      #expect(try await tool.wait(timeout: .seconds(6)) == .exited(0))
    }
  }

  @Test func closedDescriptorsHarmNothing() async throws {
    let noOutput = Command.tool("sd-rec", null + ["-n", "10"]).writing(.closed)
    try await run(noOutput).expectFailure(1, "stdout: bad file descriptor")
    // Without standard error, what is recorded is still nothing but sound.
    let noErrors = Command.tool("sd-rec", ["-v", "-D", "virtual:null", "-n", "10"])
      .writing(.closed, to: 2).with(environment: fast)
    let result = try await run(noErrors)
    #expect(result.succeeded && result.output == [UInt8](repeating: 0, count: 80))
    let none = Command.tool("sd-rec", null + ["-n", "10", folder.file("a.raw")])
      .reading(.closed).writing(.closed).writing(.closed, to: 2).with(environment: fast)
    #expect(try await run(none).succeeded)
    #expect(try folder.read("a.raw").count == 80)
  }

  @Test func samplesAreNotWrittenToATerminal() async throws {
    for line in [["sd-rec"] + null, ["sd-playrec"] + null + Self.raw] {
      let command = Command.tool(line[0], Array(line.dropFirst()))
        .reading(.terminal).writing(.terminal)
      let result = try await run(command)
      #expect(result.status == .exited(2))
      #expect(result.complaint().contains("terminal"))
      #expect(result.terminalText.isEmpty)
    }
  }

  @Test func redirectedStandardOutputIsAFile() async throws {
    let path = folder.file("a.caf")
    let command = Command.tool("sd-rec", null + ["-t", "caf", "-n", "100"]).writing(.file(path))
      .with(environment: fast)
    try await run(command).expectSilentSuccess()
    #expect(try await runTool("sd-cat", ["-f", "u8", path]).output.count == 200)
  }

  @Test func eachBlockIsOneWriteAsSoonAsItIsThere() async throws {
    let (reading, writing) = try makePipe()
    defer { close(reading) }
    let command = Command.tool("sd-rec", null + Self.raw + ["-n", "2560", "-b", "256"])
      .writing(.descriptor(writing))
    try await withTool(command) { (tool) async throws in
      close(writing)
      // Read as fast as possible, so that writes stay apart.
      let sizes = try await withBlockingTimeout(.seconds(20)) {
        var sizes: [Int] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
          let count = unsafe read(reading, &buffer, buffer.count)
          guard count > 0 else { return sizes }
          sizes.append(count)
        }
      }
      #expect(sizes.reduce(0, +) == 10_240)
      #expect(sizes.count > 1 && sizes.allSatisfy { $0 % 1024 == 0 }, "whole blocks: \(sizes)")
      #expect(try await tool.wait() == .exited(0))
    }
  }

  private func makePipe() throws -> (reading: Int32, writing: Int32) {
    var ends: [Int32] = [0, 0]
    let isMade = unsafe pipe(&ends) == 0
    try #require(isMade)
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }

  #if os(Linux)
    @Test func lowLatencyShrinksThePipe() async throws {
      let getPipeSize: Int32 = 1032
      func size(_ arguments: [String]) async throws -> Int32 {
        let (reading, writing) = try makePipe()
        defer {
          close(reading)
          close(writing)
        }
        let command = Command.tool("sd-rec", null + Self.raw + arguments)
          .writing(.descriptor(writing))
        return try await withTool(command) { _ in
          // What is set is set soon after the first block.
          try await withBlockingTimeout(.seconds(20)) {
            var buffer = [UInt8](repeating: 0, count: 4096)
            for _ in 0..<64 where unsafe read(reading, &buffer, 1024) <= 0 { break }
          }
          return fcntl(reading, getPipeSize)
        }
      }
      let usual = try await size([])
      let low = try await size(["-L", "low"])
      #expect(low < usual, "\(low) of \(usual) bytes")
    }
  #endif
}
