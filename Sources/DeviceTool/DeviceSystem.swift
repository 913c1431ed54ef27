internal import SoundDevice
public import SoundTool

/// Starts the libraries below for a program, and shuts them down.
public enum DeviceSystem {
  /// The library's version, for `-V`.
  public static var versions: [String] { [Sound.portAudioVersion.text] }

  /// Checks the environment's configuration of the virtual host.
  ///
  /// - Throws: A usage error that names `SD_VIRTUAL`.
  public static func checkEnvironment() throws(ToolError) {
    if let complaint = SoundSystem.virtualConfigurationError {
      throw .usage("SD_VIRTUAL", complaint)
    }
  }

  /// Prepares for the first call into PortAudio: moves stdout out of the libraries' way, gives JACK
  /// the program's name, and limits a stalled host to `stall` seconds.
  static func begin(stall: Double) throws(ToolError) {
    let isChatty = Messages.verbosity >= .chatty
    try StandardStreams.reserveOutput(toErrors: isChatty)
    SoundSystem.prepare(clientName: Messages.program, isChatty: isChatty)
    Defaults.current.stallTime = .seconds(stall)
    // A busy system answers late; one that is gone never does.
    Defaults.current.hostPatience = .seconds(2 * stall)
  }

  /// Shuts the libraries down or, if a host was lost, skips their exit handlers.
  static func end() {
    guard !SoundSystem.isLost else { return ProgramExit.skipExitHandlers() }
    SoundSystem.shutDown()
    if SoundSystem.isLost { ProgramExit.skipExitHandlers() }
  }

  /// Runs `body` with the libraries started, and shuts them down afterwards.
  ///
  /// - Parameter plan: Says how long to wait for an answer of the host.
  public static func run(
    _ plan: StreamPlan = StreamPlan(), _ body: () throws(ToolError) -> Void
  ) throws(ToolError) {
    try begin(stall: plan.stallSeconds)
    defer { end() }
    try body()
  }
}
