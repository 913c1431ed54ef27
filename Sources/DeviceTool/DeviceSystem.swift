internal import SoundDevice
public import SoundTool

/// Brings the libraries below up for one program, and down again.
public enum DeviceSystem {
  /// What `-V` prints of the library below.
  public static var versions: [String] { [portAudioVersion().text] }

  /// Refuses what the environment says of the virtual host, if that cannot be understood.
  ///
  /// - Throws: a usage error that names `SD_VIRTUAL`.
  public static func checkEnvironment() throws(ToolError) {
    if let complaint = SoundSystem.virtualConfigurationError {
      throw .usage("SD_VIRTUAL", complaint)
    }
  }

  /// Prepares for the first call into PortAudio: stdout moves out of the way of what the libraries
  /// print, JACK learns the program's name, a stalled host is given up after `stall` seconds.
  static func begin(stall: Double) throws(ToolError) {
    let isChatty = Messages.verbosity >= .chatty
    try StandardStreams.reserveOutput(toErrors: isChatty)
    SoundSystem.prepare(clientName: Messages.program, isChatty: isChatty)
    Defaults.current.stallTime = stall
    // A system that is busy answers late; one that is gone never.
    Defaults.current.hostPatience = 2 * stall
  }

  /// Ends the libraries in order, or, if a host was lost, keeps the process from asking them to.
  static func end() {
    guard !SoundSystem.isLost else { return ProgramExit.skipExitHandlers() }
    SoundSystem.shutDown()
    if SoundSystem.isLost { ProgramExit.skipExitHandlers() }
  }

  /// Runs `body` with the libraries up, and takes them down again.
  ///
  /// - Parameter plan: Says how long a host may be without an answer until it is given up.
  public static func run(
    _ plan: StreamPlan = StreamPlan(), _ body: () throws(ToolError) -> Void
  ) throws(ToolError) {
    try begin(stall: plan.stallSeconds)
    defer { end() }
    try body()
  }
}
