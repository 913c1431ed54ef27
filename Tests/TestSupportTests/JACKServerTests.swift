import Foundation
import TestSupport
import Testing

@Suite(.requires("jackd", "jack_lsp")) struct JACKServerTests {
  @Test func clientsFindTheirServer() async throws {
    var options = JACKServer.Options()
    options.sampleRate = 44_100
    options.loopbackChannelCount = 4
    options.systemChannelCount = 1
    try await withJACKServer(options) { server in
      let ports = try await server.ports()
      #expect(ports.filter { $0.hasPrefix("loopback:") }.count == 8)
      #expect(ports.filter { $0.hasPrefix("system:") }.count == 2)
      let rate = try await runProgram("jack_samplerate", environment: server.environment)
      #expect(rate.outputText.trimmingCharacters(in: .whitespacesAndNewlines) == "44100")
    }
  }

  @Test func aServerThatCannotStartIsQuoted() async throws {
    var options = JACKServer.Options()
    options.sampleRate = -1
    let failure = try await #require(throws: ToolFailure.self) {
      try await withJACKServer(options) { _ in }
    }
    #expect(failure.description.contains("jackd"))
  }

  @Test func aPausedServerResumes() async throws {
    try await withJACKServer { server in
      server.pause()
      await #expect(throws: ToolFailure.self) {
        try await runProgram(
          "jack_lsp", environment: server.environment, timeout: .milliseconds(300))
      }
      server.resume()
      let ports = try await server.ports()
      #expect(!ports.isEmpty)
    }
  }

  @Test func killedAndTerminatedServersAreGone() async throws {
    try await withJACKServer { server in
      try await server.terminate()
      #expect(server.process.status == .exited(0))
      #expect(try await server.ports().isEmpty)
    }
    try await withJACKServer { server in
      try await server.kill()
      #expect(server.process.status == .signalled(SIGKILL))
      #expect(try await server.ports().isEmpty)
    }
  }

  /// jackd's table has eight lines, and each killed server used to keep one.
  @Test func manyKilledServersDoNotFillTheRegistry() async throws {
    for round in 0..<12 {
      try await withJACKServer { server in
        if round % 2 == 0 { try await server.kill() }
      }
    }
  }

  @Test func nothingOfAKilledServerStays() async throws {
    let name = try await withJACKServer { server in
      try await server.kill()
      return server.name
    }
    let files = try FileManager.default.contentsOfDirectory(atPath: "/dev/shm")
    #expect(files.filter { $0.contains(name) } == [])
  }

  @Test func aVerboseServerTellsMore() async throws {
    var options = JACKServer.Options()
    options.isVerbose = true
    let words = try await withJACKServer(options) { server in
      let before = server.messages
      _ = try await server.ports()
      try await server.terminate()
      let after = server.messages
      return (before, after)
    }
    #expect(words.0.contains("Jack: JackDriver::Open"))
    #expect(words.1.contains("name = lsp"))
  }

  @Test func theServerOfAProcessGoesWithIt() async throws {
    let directory = try TemporaryDirectory()
    let note = directory.file("pid")
    await #expect(processExitsWith: .success) { [note = note as String] in
      let server = try await JACKServer.forThisProcess()
      let again = try await JACKServer.forThisProcess()
      #expect(server === again)
      #expect(ProcessInfo.processInfo.environment["JACK_DEFAULT_SERVER"] == server.name)
      #expect(try await server.ports().contains("system:capture_1"))
      // Other servers may still come and go beside it.
      try await withJACKServer { #expect($0.name != server.name) }
      try Data("\(server.process.processIdentifier) \(server.name)".utf8)
        .write(to: URL(fileURLWithPath: note))
    }
    let words = try String(contentsOfFile: note, encoding: .utf8).split(separator: " ")
    let pid = try #require(words.first.flatMap { Int32($0) })
    try await eventually("the server to end") { !isRunning(pid) }
    // It was asked, not killed, and so took its files with it.
    let files = try FileManager.default.contentsOfDirectory(atPath: "/dev/shm")
    #expect(files.filter { $0.contains(words[1]) } == [])
  }

  @Test func twoServersStandInOneTest() async throws {
    try await withJACKServer { first in
      try await withJACKServer { second in
        #expect(first.name != second.name)
        let ports = (try await first.ports(), try await second.ports())
        #expect(!ports.0.isEmpty && !ports.1.isEmpty)
      }
    }
  }

  @Test(.requiresPythonSoundDevice) func portAudioListsTheLoopback() async throws {
    try await withJACKServer { server in
      let list = try await run(
        Python.command(["-m", "sounddevice"]).with(environment: server.environment))
      #expect(list.outputText.contains("loopback, JACK Audio Connection Kit (2 in, 2 out)"))
    }
  }
}
