import Foundation

/// A private PulseAudio server with one null sink, whose monitor is the default source, and an ALSA
/// configuration that leads to it. PortAudio lists it as `pulse` and `default`.
public final class PulseServer: Sendable {
  /// The running server.
  public let process: ToolProcess
  /// What started it, and starts another server in its place once it has ended.
  public let command: Command
  private let directory: TemporaryDirectory

  /// The environment that leads clients to this server and no other.
  public var environment: [String: String?] {
    [
      "XDG_RUNTIME_DIR": directory.path,
      "PULSE_SERVER": "unix:\(directory.path)/pulse/native",
      "PULSE_COOKIE": directory.file("cookie"),
      "ALSA_CONFIG_PATH": directory.file("asound.conf"),
    ]
  }

  /// The server's output so far.
  public var messages: String { process.errorText }

  init(sampleRate: Int) async throws {
    directory = try TemporaryDirectory()
    let configuration = "pcm.!default { type pulse }\npcm.pulse { type pulse }\n"
    try directory.write(Array(configuration.utf8), to: "asound.conf")
    command = Command.program(
      "pulseaudio",
      [
        "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no",
        "-L", "module-native-protocol-unix auth-anonymous=1",
        "-L", "module-null-sink sink_name=nul rate=\(sampleRate)",
      ]
    ).with(environment: [
      "XDG_RUNTIME_DIR": directory.path, "PULSE_SERVER": nil, "HOME": directory.path,
    ])
    process = try ToolProcess(command)
    do {
      try await eventually("pulseaudio to be ready", within: .seconds(30)) {
        if let status = process.status { throw ToolFailure("pulseaudio: \(status): \(messages)") }
        let answer = try await runProgram(
          "pactl", ["list", "short", "sources"], environment: environment)
        return answer.outputText.contains("nul.monitor")
      }
    } catch {
      await process.end()
      throw error
    }
  }

  /// Suspends the server as a debugger would: clients hang.
  public func pause() { process.send(SIGSTOP) }

  /// Resumes a suspended server.
  public func resume() { process.send(SIGCONT) }

  /// Kills the server without giving it a chance to clean up.
  ///
  /// - Throws: ``ToolFailure`` if it does not end.
  public func kill() async throws(ToolFailure) {
    process.send(SIGKILL)
    try await process.wait()
  }
}

/// Runs the body with a private PulseAudio server.
///
/// One such body runs at a time, in this process and on this machine; the body may start more
/// servers.
///
/// - Throws: ``ToolFailure`` if the server does not come up, and any error of the body.
public nonisolated(nonsending) func withPulseServer<R>(
  sampleRate: Int = 48_000, _ body: nonisolated(nonsending) (PulseServer) async throws -> R
) async throws -> R {
  try await SoundServerGate.pass { _ in
    let server = try await PulseServer(sampleRate: sampleRate)
    do {
      let result = try await body(server)
      await server.process.end(after: .seconds(3))
      return result
    } catch {
      await server.process.end(after: .seconds(3))
      throw error
    }
  }
}
