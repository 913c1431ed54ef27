import Foundation
import TestSupport
import Testing

/// Disks that are full, outputs that may not be written, files that go away.
@Suite struct DiskFaultTests {
  private let folder: TemporaryDirectory

  init() throws { folder = try TemporaryDirectory() }

  /// A recorder in a shell that lets a file have so many blocks of 1024 bytes.
  private func limited(_ blocks: Int, _ path: String) throws -> Command {
    let tool = try BuiltTool.path(of: "sd-rec")
    return Command.shell(
      "ulimit -f \(blocks * 2); exec '\(tool)' -D virtual:null -c 2 -d 60 '\(path)'"
    ).with(environment: ["SD_VIRTUAL": "rate=48000,pace=fast"])
  }

  @Test(
    .requires("sndfile-info", "sox"),
    arguments: ["wav", "rf64", "w64", "caf", "aiff", "au", "flac"])
  func aFileAtItsLimitHoldsWhatFitted(type: String) async throws {
    let path = folder.file("take.\(type)")
    // FLAC of silence is small.
    let blocks = type == "flac" ? 8 : 1000
    let result = try await run(try limited(blocks, path))
    #expect(result.status == .exited(1))
    #expect(result.errorText.contains("sd-rec: \(path): file too large\n"), "\(result)")
    let counts = try await FaultBench.frameCounts(path)
    let frames = try #require(counts.sndfile)
    if type == "flac" {
      #expect(frames > 0)
    } else {
      // Three bytes a sample, behind a header of less than a kilobyte.
      let fitted = FaultBench.size(path) / 6
      #expect(frames <= fitted && frames >= fitted - 170, "\(frames) of \(fitted)")
    }
    #expect(try #require(counts.sox) > 0)
  }

  @Test(arguments: ["sd-rec", "sd-cat", "sd-playrec"])
  func aFullDiskIsToldAtOnce(program: String) async throws {
    let arguments =
      switch program {
      case "sd-rec": ["-D", "virtual:null", "-d", "60", "-t", "raw", "/dev/full"]
      case "sd-cat": ["--from", "u8", "/dev/zero", "-t", "raw", "-o", "/dev/full"]
      default: ["-D", "virtual:loopback", "-t", "raw", "/dev/zero", "/dev/full"]
      }
    let result = try await runTool(
      program, arguments, environment: ["SD_VIRTUAL": "pace=fast", "SD_RATE": "48000"])
    #expect(result.status == .exited(1))
    #expect(result.errorText.contains("\(program): /dev/full: no space left on device\n"))
    #expect(result.errorText.split(separator: "\n").count <= 3, "\(result.errorText)")
  }

  @Test func aFullStdoutIsToldAtOnce() async throws {
    for command in [
      FaultBench.recorder(["-d", "60"], "pace=fast"),
      .tool("sd-cat", ["--from", "u8", "/dev/zero"]),
      .tool("sd-list", []),
    ] {
      let result = try await run(command.writing(.file("/dev/full")))
      #expect(result.status == .exited(1))
      #expect(result.errorText.hasSuffix("stdout: no space left on device\n"), "\(result)")
    }
  }

  @Test func aPlaceThatMayNotBeWrittenIsRefused() async throws {
    for (path, words) in [
      (folder.file("none/take.wav"), "\(folder.file("none")): no such directory"),
      (folder.path + "/", "is a directory"),
      ("/proc/version.wav", "no such file or directory"),
    ] {
      let result = try await run(FaultBench.recorder(["-d", "1", path], "pace=fast"))
      #expect(!result.succeeded)
      #expect(result.errorText.contains(words), "\(result)")
      #expect(result.errorText.split(separator: "\n").count == 1)
    }
  }

  @Test func whatIsThereStaysWhereNothingMayBeReplaced() async throws {
    let path = try folder.write([1, 2, 3], to: "take.wav")
    let result = try await run(
      FaultBench.recorder(["--no-clobber", "-d", "1", path], "pace=fast"))
    #expect(result.status == .exited(1))
    #expect(result.errorText == "sd-rec: \(path): file exists\n")
    #expect(try folder.read("take.wav") == [1, 2, 3])
  }

  @Test func aFileRemovedMeanwhileIsNoReasonToStop() async throws {
    let path = folder.file("take.wav")
    try await withTool(FaultBench.recorder([path])) { (tool) async throws in
      try await FaultBench.wait("sound in \(path)") { FaultBench.size(path) > 20_000 }
      try FileManager.default.moveItem(atPath: path, toPath: folder.file("kept.wav"))
      tool.send(SIGINT)
      let result = try await tool.finish()
      #expect(result.status == .exited(0), "\(result)")
    }
    // The file was never another one: it is complete where it went.
    let info = try await runTool("sd-cat", ["--info", "-j", folder.file("kept.wav")])
    #expect(info.succeeded)
    #expect(try !folder.names().contains("take.wav"))
  }

  /// Signals that mean nothing, all the time: every system call that can be interrupted is.
  @Test func aStormOfInterruptionsChangesNothing() async throws {
    let sound = bytes(of: TestSignal.noise(of: Int16.self, frameCount: 60_000, channelCount: 2))
    let command = Command.tool("sd-cat", ["--from", "s16le:48000:2", "-t", "wav"])
      .reading(.pipe).writing(.onDemand)
    try await withTool(command) { (tool) async throws in
      let storm = Task {
        while !Task.isCancelled {
          tool.send(SIGURG)
          try? await Task.sleep(for: .microseconds(200))
        }
      }
      defer { storm.cancel() }
      async let written: Void = {
        for start in stride(from: 0, to: sound.count, by: 30_000) {
          try await tool.write(Array(sound[start..<min(start + 30_000, sound.count)]))
        }
        tool.closeInput()
      }()
      var heard: [UInt8] = []
      while true {
        let part = try await tool.readOutput(20_000)
        heard += part
        if part.count < 20_000 { break }
      }
      try await written
      #expect(Sound(Array(heard.dropFirst(44))) == Sound(sound))
      #expect(try await tool.wait() == .exited(0))
    }
  }

  @Test func aStormOfInterruptionsLosesNoFrameOfARecording() async throws {
    let command = FaultBench.recorder(["-q", "-d", "2", "-f", "s16le", "--status-fd", "3"])
      .writing(.captured, to: 3)
    try await withTool(command) { (tool) async throws in
      let storm = Task {
        while !Task.isCancelled {
          tool.send(SIGURG)
          try? await Task.sleep(for: .microseconds(500))
        }
      }
      defer { storm.cancel() }
      let result = try await tool.finish(timeout: .seconds(60))
      #expect(result.status == .exited(0), "\(result)")
      #expect(result.output.count == 2 * 48_000 * 4)
      #expect(try FaultBench.end(result.outputs[3] ?? []).input.dropped == 0)
    }
  }

  @Test func closedDescriptorsAreNamed() async throws {
    let path = folder.file("take.wav")
    for (command, words) in [
      (
        FaultBench.recorder(["-d", "1"], "pace=fast").writing(.closed),
        "stdout: bad file descriptor"
      ),
      (.tool("sd-cat", ["--from", "u8"]).reading(.closed), "stdin: bad file descriptor"),
    ] {
      let result = try await run(command)
      #expect(result.status == .exited(1), "\(result)")
      #expect(result.errorText.contains(words), "\(result)")
    }
    // Messages without a place to go do not land in the recording.
    let silent = try await run(
      FaultBench.recorder(["-v", "-d", "1", "-f", "s16", path], "pace=fast").writing(
        .closed, to: 2
      ).reading(.closed).writing(.closed))
    #expect(silent.status == .exited(0))
    #expect(FaultBench.size(path) >= 48_000 * 4)
    let info = try await runTool("sd-cat", ["--env", path])
    #expect(info.outputText.hasPrefix("SD_RATE=48000"), "\(info)")
  }

  @Test func aStatusFeedThatIsNotOpenIsRefused() async throws {
    let result = try await run(FaultBench.recorder(["-d", "1", "--status-fd", "9"]))
    #expect(result.status == .exited(2))
    #expect(result.errorText == "sd-rec: --status-fd 9: not open\n")
  }
}

/// A disk of one megabyte, where this may mount one.
@Suite(.serialized, .enabled("needs root and mount") { try await SmallDisk.isPossible })
struct SmallDiskTests {
  @Test(.requires("sndfile-info", "sox"), arguments: ["wav", "w64", "caf", "flac"])
  func aFullDiskKeepsWhatFitted(type: String) async throws {
    try await SmallDisk.with { folder in
      let path = "\(folder)/take.\(type)"
      let before = "\(folder)/before.wav"
      let first = try await run(FaultBench.recorder(["-d", "0.1", before], "pace=fast"))
      #expect(first.succeeded)
      let kept = FileManager.default.contents(atPath: before)
      let command = FaultBench.recorder(
        ["--status-fd", "3", "-c", "8", "-d", "100", path],
        "rate=48000,channels=8,pace=fast"
      ).writing(.captured, to: 3)
      let result = try await run(command)
      #expect(result.status == .exited(1))
      #expect(result.errorText.contains("\(path): no space left on device\n"))
      let counts = try await FaultBench.frameCounts(path)
      #expect(try #require(counts.sndfile) > 0 && (try #require(counts.sox)) > 0)
      if type != "flac" {
        let fitted = FaultBench.size(path) / 32
        #expect(try #require(counts.sndfile) >= fitted - 130)
      }
      #expect(FileManager.default.contents(atPath: before) == kept)
      let end = try FaultBench.end(result.outputs[3] ?? []).input
      #expect(end.delivered + end.dropped + end.discarded == end.host_frames)
    }
  }
}

enum SmallDisk {
  /// Whether a file system can be mounted here.
  static var isPossible: Bool {
    get async throws {
      #if os(Linux)
        guard getuid() == 0 else { return false }
        do {
          try await with { _ in }
          return true
        } catch { return false }
      #else
        return false
      #endif
    }
  }

  static func with(_ body: (String) async throws -> Void) async throws {
    let folder = try TemporaryDirectory()
    let mounted = try await runProgram(
      "mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", folder.path])
    guard mounted.succeeded else { throw ToolFailure("mount: \(mounted.errorText)") }
    do { try await body(folder.path) } catch {
      _ = try await runProgram("umount", ["-l", folder.path])
      throw error
    }
    let left = try await runProgram("umount", ["-l", folder.path])
    #expect(left.succeeded)
  }
}
