import Foundation

/// A private PipeWire session: D-Bus, PipeWire, WirePlumber and its PulseAudio server, with null
/// sinks. The machine's own sound settings stay as they are.
///
/// PortAudio meets it by three doors: ALSA's `pipewire` and `default`, ALSA's `pulse`, and, in
/// ``jackEnvironment``, JACK.
public final class PipeWireServer: Sendable {
  /// A sink without hardware.
  public struct Sink: Sendable {
    var name: String
    var rate: Int
    var channelCount: Int

    /// A sink of this name.
    public init(_ name: String, rate: Int = 48_000, channelCount: Int = 2) {
      self.name = name
      self.rate = rate
      self.channelCount = channelCount
    }
  }

  private let directory: TemporaryDirectory
  private let bus: ToolProcess
  /// The server itself.
  public let process: ToolProcess
  private let manager: ToolProcess
  private let pulse: ToolProcess

  /// What clients need to find this session and no other, by way of ALSA.
  public var environment: [String: String?] { Self.environment(directory) }

  /// The same with PipeWire's library in JACK's place.
  public var jackEnvironment: [String: String?] {
    environment.merging(["LD_LIBRARY_PATH": PipeWireDoors.jackFolder]) { $1 }
  }

  /// What the processes printed.
  public var messages: String {
    [bus, process, manager, pulse].map(\.errorText).joined(separator: "\n")
  }

  init(_ sinks: [Sink]) async throws {
    directory = try TemporaryDirectory()
    let environment = Self.environment(directory)
    try directory.write(
      Array(PipeWireDoors.alsaConfiguration.utf8), to: "asound.conf")
    func start(_ program: String, _ arguments: [String] = []) throws -> ToolProcess {
      try ToolProcess(Command.program(program, arguments).with(environment: environment))
    }
    let folder = directory
    var started: [ToolProcess] = []
    do {
      bus = try start(
        "dbus-daemon",
        ["--session", "--nofork", "--nopidfile", "--address=unix:path=\(folder.file("bus"))"])
      started.append(bus)
      try await eventually("the bus to be there") { try folder.names().contains("bus") }
      process = try start("pipewire")
      started.append(process)
      try await eventually("pipewire to be there") { try folder.names().contains("pipewire-0") }
      manager = try start("wireplumber")
      started.append(manager)
      pulse = try start("pipewire-pulse")
      started.append(pulse)
      try await eventually("pipewire-pulse to answer", within: .seconds(30)) {
        try await runProgram("pactl", ["info"], environment: environment).succeeded
      }
      for sink in sinks {
        let made = try await runProgram(
          "pactl",
          [
            "load-module", "module-null-sink", "sink_name=\(sink.name)", "rate=\(sink.rate)",
            "channels=\(sink.channelCount)",
          ], environment: environment)
        guard made.succeeded else { throw ToolFailure("pactl: \(made)") }
      }
      if let first = sinks.first {
        try await eventually("the sink to be the default", within: .seconds(30)) {
          try await runProgram("pactl", ["get-default-sink"], environment: environment)
            .outputText == "\(first.name)\n"
        }
        // Newer ones record a monitor only if asked to.
        let chosen = try await runProgram(
          "pactl", ["set-default-source", "\(first.name).monitor"], environment: environment)
        guard chosen.succeeded else { throw ToolFailure("pactl: \(chosen)") }
      }
    } catch {
      for process in started.reversed() { await process.end() }
      throw error
    }
  }

  private static func environment(_ directory: TemporaryDirectory) -> [String: String?] {
    [
      "XDG_RUNTIME_DIR": directory.path, "PIPEWIRE_RUNTIME_DIR": directory.path,
      "HOME": directory.path, "XDG_CONFIG_HOME": nil, "XDG_STATE_HOME": nil,
      "DBUS_SESSION_BUS_ADDRESS": "unix:path=\(directory.file("bus"))",
      "PULSE_SERVER": "unix:\(directory.path)/pulse/native",
      "ALSA_CONFIG_PATH": directory.file("asound.conf"),
    ]
  }

  /// Stops the server in its tracks: clients hang.
  public func pause() { process.send(SIGSTOP) }

  /// Lets a stopped server go on.
  public func resume() { process.send(SIGCONT) }

  /// Ends the server without a chance to say goodbye.
  ///
  /// - Throws: ``ToolFailure`` if it does not go.
  public func kill() async throws(ToolFailure) {
    process.send(SIGKILL)
    try await process.wait()
  }

  func end() async {
    for process in [pulse, manager, process, bus] { await process.end(after: .seconds(3)) }
  }
}

/// Where PipeWire's libraries for ALSA and JACK are: unpacked by `make test`, or the system's.
private enum PipeWireDoors {
  private static func folder(_ end: String) -> String? {
    let own = BuiltTool.packageFile(".build/pipewire/usr/lib")
    for root in [own, "/usr/lib"] {
      for machine in (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? [] {
        let path = "\(root)/\(machine)/\(end)"
        if FileManager.default.fileExists(atPath: path) { return path }
      }
    }
    return nil
  }

  static var jackFolder: String? { folder("pipewire-0.3/jack") }
  private static var alsaLibrary: String? { folder("alsa-lib/libasound_module_pcm_pipewire.so") }

  static var isThere: Bool { jackFolder != nil && alsaLibrary != nil }

  static var alsaConfiguration: String {
    """
    pcm_type.pipewire { lib "\(alsaLibrary ?? "")" }
    pcm.pipewire { type pipewire hint { show on description "PipeWire" } }
    pcm.!default { type pipewire hint { show on description "Default" } }
    pcm.pulse { type pulse }

    """
  }
}

extension PipeWireServer {
  /// Why no session can be started here; nil where it can.
  static var problem: ToolFailure? {
    let programs = ["dbus-daemon", "pipewire", "wireplumber", "pipewire-pulse", "pactl"]
    if let missing = Requirement.missing(programs) { return missing }
    return PipeWireDoors.isThere ? nil : ToolFailure("no doors of PipeWire: scripts/pipewire")
  }
}

/// Starts a private PipeWire session for the time of the body. One such body runs at a time.
///
/// - Throws: ``ToolFailure`` if it does not come up, and whatever the body throws.
public nonisolated(nonsending) func withPipeWire<R>(
  _ sinks: [PipeWireServer.Sink] = [.init("speakers")],
  _ body: nonisolated(nonsending) (PipeWireServer) async throws -> R
) async throws -> R {
  try await SoundServerGate.pass { _ in
    let server = try await PipeWireServer(sinks)
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
