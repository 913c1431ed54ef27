import Foundation
import TestSupport
import Testing

/// Every command in the manual's examples works exactly as printed.
@Suite struct ManPageExampleTests {
  let folder: TemporaryDirectory
  init() throws { folder = try TemporaryDirectory() }

  /// What the examples find in their directory, made once.
  private static let material = Task { () throws -> TemporaryDirectory in
    let folder = try TemporaryDirectory()
    let tone = folder.file("song.wav")
    let sox = try await runProgram(
      "sox",
      ["-R", "-n", "-r", "44100", "-c", "2", "-b", "16", tone]
        + ["synth", "2", "sine", "440", "vol", "0.5"])
    try #require(sox.succeeded, "\(sox)")
    for type in ["flac", "au"] {
      let made = try await runTool("sd-cat", ["-o", folder.file("song.\(type)"), tone])
      try #require(made.succeeded, "\(made)")
    }
    // The other machine is this one; someone stops what has no end of its own there.
    let ssh = """
      #!/bin/sh
      shift
      case "$*" in *" -d "*) exec sh -c "exec $*" ;; esac
      exec timeout --preserve-status -s INT 3 sh -c "exec $*"

      """
    try folder.write(Array(ssh.utf8), to: "ssh")
    try #require(unsafe chmod(folder.file("ssh"), 0o755) == 0)
    return folder
  }

  private func environment() async throws -> [String: String?] {
    let material = try await Self.material.value
    for name in ["song.wav", "song.flac", "song.au"] where !names.contains(name) {
      try FileManager.default.copyItem(atPath: material.file(name), toPath: folder.file(name))
    }
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    return [
      "SD_DEVICE": "virtual:loopback", "SD_VIRTUAL": "pace=fast",
      "PATH": "\(material.path):\(BuiltTool.directory):\(path)",
    ]
  }

  private var names: [String] { (try? folder.names()) ?? [] }

  @Test(.requires("bash", "sox", "flac", "ffmpeg", "jq", "cmp"), arguments: ManPage.all)
  func everyExampleWorks(_ page: String) async throws {
    try await run(page, try await environment())
  }

  /// On devices that keep time, as a user types them. Only the virtual devices promise a recording
  /// that is what was played, bit for bit.
  @Test(
    .requires("bash", "sox", "flac", "ffmpeg", "jq"), .requiresPipeWire, .usesSoundServer,
    arguments: ["sd-list.1", "sd-play.1", "sd-rec.1", "sd-wire.1"])
  func everyExampleWorksOnPipeWire(_ page: String) async throws {
    let environment = try await environment()
    try await withPipeWire { server in
      // Nothing is stated: the session's own default devices.
      try await run(
        page,
        environment.merging(["SD_DEVICE": nil, "SD_VIRTUAL": nil]) { $1 }
          .merging(server.environment) { $1 })
    }
  }

  @Test(
    .requires("bash", "sox", "flac", "ffmpeg", "jq"), .usesSoundServer,
    arguments: ["sd-list.1", "sd-play.1", "sd-rec.1", "sd-wire.1"])
  func everyExampleWorksOnJACK(_ page: String) async throws {
    let environment = try await environment()
    try await withSteadyServer(periodSize: 1024) { server in
      try await run(
        page,
        environment.merging(["SD_DEVICE": "system", "SD_VIRTUAL": nil]) { $1 }
          .merging(server.environment) { $1 })
    }
  }

  // MARK: The README's commands

  /// The commands under "Try it", without their comments.
  private static func commandsOfReadme() throws -> [String] {
    let path = BuiltTool.packageFile("README.md")
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let lines = text.split(separator: "\n").drop { $0 != "## Try it" }
    return lines.dropFirst().prefix { $0.hasPrefix("    sd-") }
      .map { $0.prefix { $0 != "#" }.trimmingCharacters(in: .whitespaces) }
  }

  private func runReadme(_ environment: [String: String?]) async throws {
    let sweep = ["-n", "-r", "48k", "-c", "1", "-b", "24", folder.file("sweep.wav")]
    let sox = try await runProgram("sox", sweep + ["synth", "1", "sine", "20:20000", "gain", "-6"])
    #expect(sox.succeeded, "\(sox)")
    let commands = try Self.commandsOfReadme()
    #expect(commands.count == 7)
    for script in commands {
      // Somebody presses Ctrl-C where nothing else ends it.
      let isOpenEnded = script == "sd-rec | sd-plot"
      let words = ["-s", "INT", isOpenEnded ? "2" : "30", "bash", "-c", script]
      var command = Command.program("timeout", ["--preserve-status"] + words)
        .with(environment: environment)
      command.workingDirectory = folder.path
      let result = try await TestSupport.run(command, timeout: .seconds(40))
      let isInterrupted = result.status == .exited(130) || result.status == .signalled(SIGINT)
      #expect(result.succeeded || isOpenEnded && isInterrupted, "\(script)\n\(result)")
    }
  }

  @Test(.requires("bash", "sox", "timeout")) func everyCommandOfTheReadmeWorks() async throws {
    try await runReadme(try await environment())
  }

  @Test(.requires("bash", "sox", "timeout"), .requiresPipeWire, .usesSoundServer)
  func everyCommandOfTheReadmeWorksOnPipeWire() async throws {
    let environment = try await environment()
    try await withPipeWire { server in
      try await runReadme(
        environment.merging(["SD_DEVICE": nil, "SD_VIRTUAL": nil]) { $1 }
          .merging(server.environment) { $1 })
    }
  }

  @Test(.requires("bash", "sox", "timeout"), .usesSoundServer)
  func everyCommandOfTheReadmeWorksOnJACK() async throws {
    let environment = try await environment()
    try await withSteadyServer(periodSize: 1024) { server in
      try await runReadme(
        environment.merging(["SD_DEVICE": "loopback", "SD_VIRTUAL": nil]) { $1 }
          .merging(server.environment) { $1 })
    }
  }

  private func run(_ page: String, _ environment: [String: String?]) async throws {
    for script in try ManPage(page).examples {
      let isOpenEnded = Self.openEnded.contains { script.hasPrefix($0) }
      // The program takes the shell's place, so that the signal reaches it.
      let words = ["-eo", "pipefail", "-c", (isOpenEnded ? "exec " : "") + script]
      var command = Command.program("bash", words).with(environment: environment)
      command.workingDirectory = folder.path
      let result = try await withTool(command) { process in
        if isOpenEnded {
          try await hasBegun(process)
          process.send(SIGINT)
        }
        return try await process.finish(timeout: .seconds(60))
      }
      #expect(result.succeeded, "\(page): \(script)\n\(result)")
    }
  }

  /// Those that end with Ctrl-C.
  private static let openEnded = [
    "sd-rec take.wav", "sd-rec -q --split", "sd-rec -v --trigger", "sd-rec -q --sync", "sd-wire -v",
  ]

  /// Waits for a file with something in it, or for a word about what was opened.
  private func hasBegun(_ process: ToolProcess) async throws {
    let before = Set(names)
    let deadline = ContinuousClock.now + .seconds(60)
    while !process.errorText.contains("opened") {
      let new = Set(names).subtracting(before)
      if try new.contains(where: { try !folder.read($0).isEmpty }) { return }
      try #require(process.status == nil, "ended by itself: \(process.errorText)")
      try #require(ContinuousClock.now < deadline, "does not begin: \(process.errorText)")
      try await Task.sleep(for: .milliseconds(5))
    }
  }

  @Test(.requires("sox"))
  func controlCEndsALoopOfTheShell() async throws {
    let environment = try await environment()
    let script = "for file in song.wav song.flac song.au; do echo $file; sd-play $file; done"
    var command = Command.shell(script).reading(.terminal).writing(.terminal)
      .writing(.terminal, to: 2).with(environment: environment)
      .with(environment: ["SD_VIRTUAL": nil])
    command.workingDirectory = folder.path
    let result = try await withTool(command) { process in
      let deadline = ContinuousClock.now + .seconds(60)
      // The line with position and percent shows that it plays.
      while !process.terminalText.contains("%") {
        try #require(ContinuousClock.now < deadline, "does not play: \(process.terminalText)")
        try await Task.sleep(for: .milliseconds(5))
      }
      process.type("\u{3}")
      return try await process.finish(timeout: .seconds(60))
    }
    #expect(result.status == .signalled(SIGINT))
    #expect(result.terminalText.contains("song.wav"))
    #expect(!result.terminalText.contains("song.flac"), "\(result.terminalText)")
  }
}
