import Foundation
import Synchronization

/// A private `jackd` on the dummy driver. Its loopback returns the sound bit for bit, one period
/// later.
public final class JACKServer: Sendable {
  /// Settings of a server.
  public struct Options: Sendable {
    /// Frames per second; clients cannot use any other rate.
    public var sampleRate = 48_000
    /// Frames per period.
    public var periodSize = 256
    /// Channels of `loopback`, in each direction.
    public var loopbackChannelCount = 2
    /// Channels of `system`, in each direction.
    public var systemChannelCount = 2
    /// Whether its threads have real-time priority, which needs root or rtprio.
    public var isRealtime = false
    /// Whether each period waits for its clients. If not, the server continues without a late
    /// client, and its loopback drops or repeats a period without reporting it.
    public var isSynchronous = false
    /// Its name; nil for a unique one. A server may take the name of one that was killed.
    public var name: String?
    /// Whether it logs everything to ``JACKServer/messages``.
    public var isVerbose = false

    /// Stereo, 48 kHz, periods of 256 frames, no real-time priority.
    public init() {}

    /// A server that keeps its periods as well as a shared machine allows: long periods that wait
    /// for their clients, with real-time priority if permitted.
    public static var steady: Options {
      get async {
        var options = Options()
        options.periodSize = 4096
        options.isSynchronous = true
        options.isRealtime = await Realtime.isAllowed
        return options
      }
    }

    fileprivate func arguments(name: String) -> [String] {
      // A smaller port table fits the server into the 64 MiB of shared memory that containers have.
      let table = systemChannelCount > 2 ? "1024" : "128"
      let process: [String] =
        (isVerbose ? ["-v"] : []) + (isRealtime ? ["-R", "-P", "60"] : ["--no-realtime"])
        + (isSynchronous ? ["-S"] : [])
      let server: [String] = [
        "-n", name, "--port-max", table, "-L", "\(loopbackChannelCount)",
      ]
      let driver: [String] = [
        "-d", "dummy", "-r", "\(sampleRate)", "-p", "\(periodSize)",
        "-C", "\(systemChannelCount)", "-P", "\(systemChannelCount)",
      ]
      return process + server + driver
    }
  }

  /// The server's name, unique on this machine.
  public let name: String
  /// Its settings.
  public let options: Options
  /// The running jackd.
  public let process: ToolProcess

  private static let count = Atomic<Int>(0)

  /// The environment that leads clients to this server and no other.
  public var environment: [String: String?] {
    ["JACK_DEFAULT_SERVER": name, "JACK_NO_START_SERVER": "1"]
  }

  /// The output of jackd so far, on standard output and standard error.
  public var messages: String { process.errorText }

  /// Starts a server and waits until clients can connect.
  ///
  /// - Parameter lock: The gate's descriptor, which the server holds until it ends.
  /// - Throws: ``ToolFailure`` with jackd's messages if it does not come up.
  init(_ options: Options, lock: Int32?) async throws {
    let number = JACKServer.count.add(1, ordering: .relaxed).newValue
    name = options.name ?? "sd-test-\(getpid())-\(number)"
    self.options = options
    try JACKRegistry.sweep()
    var command = Command.program("jackd", options.arguments(name: name)).writing(.same(2))
    if let lock { command.outputs[3] = .descriptor(lock) }
    process = try ToolProcess(command)
    do {
      try await eventually("jackd to be ready", within: .seconds(30)) {
        if let status = process.status { throw ToolFailure("jackd: \(status): \(messages)") }
        return try await ports().contains("loopback:playback_\(options.loopbackChannelCount)")
      }
    } catch {
      await end()
      throw error
    }
  }

  /// All clients' ports, from `jack_lsp`; empty while the server does not answer.
  ///
  /// - Throws: ``ToolFailure`` if jack_lsp cannot run or hangs.
  public func ports() async throws -> [String] {
    let result = try await runProgram("jack_lsp", environment: environment)
    return result.succeeded ? result.outputText.split(separator: "\n").map(String.init) : []
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

  /// Ends the server as its owner would; it notifies its clients.
  ///
  /// - Throws: ``ToolFailure`` if it does not end.
  public func terminate() async throws(ToolFailure) {
    process.send(SIGTERM)
    process.send(SIGCONT)
    try await process.wait()
  }

  /// Ends the server if it is still running, and cleans up after it.
  func end() async {
    await process.end(after: .seconds(3))
    JACKRegistry.removeFiles(ofServer: name)
    // If the registry cannot be read, the next server that needs it reports that.
    try? JACKRegistry.sweep()
  }
}

extension JACKServer {
  private static let ofThisProcess = Task {
    try await SoundServerGate.pass { _ in
      // The gate keeps the lock: this server runs beside all others, so the tests' own client needs
      // a name that no tool has.
      var options = await Options.steady
      options.periodSize = 1024
      let server = try await JACKServer(options, lock: nil)
      for (name, value) in server.environment { unsafe setenv(name, value ?? "", 1) }
      return server
    }
  }

  /// The server for clients inside the test process itself. The first call starts it; it ends with
  /// the process.
  ///
  /// It is selected in this process's own environment, so call it before PortAudio is initialised,
  /// and give the client a unique name (`PaJack_SetClientName`).
  ///
  /// - Throws: ``ToolFailure`` if it does not come up.
  public static func forThisProcess() async throws -> JACKServer { try await ofThisProcess.value }
}

/// Whether processes may have real-time priority here.
private enum Realtime {
  static var isAllowed: Bool {
    get async { await probe.value }
  }

  private static let probe = Task {
    let result = try? await runProgram("chrt", ["-f", "60", "true"])
    return result?.succeeded == true
  }
}

/// Runs the body with a private JACK server.
///
/// One such body runs at a time, in this process and on this machine; the body may start more
/// servers.
///
/// - Throws: ``ToolFailure`` if the server does not come up, and any error of the body.
public nonisolated(nonsending) func withJACKServer<R>(
  _ options: JACKServer.Options = .init(),
  _ body: nonisolated(nonsending) (JACKServer) async throws -> R
) async throws -> R {
  try await SoundServerGate.pass { lock in
    let server = try await JACKServer(options, lock: lock)
    do {
      let result = try await body(server)
      await server.end()
      return result
    } catch {
      await server.end()
      throw error
    }
  }
}
