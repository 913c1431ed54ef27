internal import Platform
internal import SoundDevice
internal import SoundTool

/// A device that could not be found or opened, and whether to try again.
struct DeviceFailure: Error {
  var tool: ToolError
  var mayPass: Bool

  /// - Parameter remedy: A remedy, if known.
  init(_ error: PortAudioError, remedy: String? = nil) {
    if let complaint = error.deviceError {
      self.init(complaint)
      return
    }
    let passing: [PortAudioError.Code] = [
      .deviceUnavailable, .unanticipatedHostError, .invalidDevice,
    ]
    let text = error.description + (remedy.map { "; \($0)" } ?? "")
    self.init("", text, passing.contains(error.code))
  }

  init(_ error: DeviceError) {
    switch error {
    case .notFound(let query, _):
      let isList = Messages.program == "sd-list"
      let hint =
        isList ? "virtual:null is always there" : "sd-list shows them; -D virtual:null needs none"
      self.init("", "no device '\(query)' (\(hint))", true)
    case .noDefault: self.init("", error.description, true)
    case .ambiguous(let query, let candidates):
      let hint = Self.hint(query, candidates).map { "; -D '\($0)' is one" } ?? ""
      self.init("", error.description + hint, false)
    case .noChannels, .badVirtualConfiguration: self.init("", error.description, false)
    }
  }

  /// The query with a host API that narrows it down to one candidate; nil if none does.
  private static func hint(_ query: String, _ candidates: [String]) -> String? {
    let apis = candidates.map { id in
      String(id.split(separator: ",").last ?? "").split(separator: " #")[0].dropFirst()
    }
    guard Set(apis).count > 1 else { return nil }
    let alone = apis.first { api in apis.count { $0 == api } == 1 }
    return alone.map { "\(query) \($0.split(separator: " ")[0].lowercased())" }
  }

  /// A failure that another attempt cannot fix.
  init(_ error: ToolError) {
    tool = error
    mayPass = false
  }

  private init(_ subject: String, _ complaint: String, _ mayPass: Bool) {
    tool = .failure(subject, complaint)
    self.mayPass = mayPass
  }

  /// Calls `body` until it succeeds, fails permanently, or `seconds` are over. Looks for devices
  /// again each time.
  static func retrying<Value>(
    seconds: Double, _ body: () throws(DeviceFailure) -> Value
  ) throws(ToolError) -> Value {
    let pause = 0.25
    var left = seconds
    while true {
      do {
        return try body()
      } catch {
        guard error.mayPass, left > 0 else { throw error.tool }
        Messages.detail("", "\(error.tool.message); trying again")
      }
      left -= pause
      try sleep(pause)
      do throws(PortAudioError) { try DeviceList.refresh() } catch {
        throw DeviceFailure(error).tool
      }
    }
  }

  private static func sleep(_ seconds: Double) throws(ToolError) {
    var left = seconds
    while left > 0 {
      try SignalCenter.shared.checkStop()
      SoundSystem.pause(seconds: min(left, 0.05))
      left -= 0.05
    }
  }
}

extension String? {
  /// The remedy if a sound server behind ALSA refuses a recording because it has no source, as
  /// newer ones do without a microphone: they no longer record a sink by default.
  static func missingSource(_ error: PortAudioError, isServer: Bool) -> String? {
    guard isServer, error.hostError?.code == -Int(ENOENT) else { return nil }
    return "does the sound server have a source? -D monitor:NAME records a sink"
  }
}

extension ToolError {
  /// The program's error for the end of a running stream.
  static func running(
    _ error: PortAudioError, _ device: Device, _ stream: (any AudioStreaming)? = nil
  ) -> ToolError {
    error.code == .hostLost ? .lost(device, stream) : .failure("", error.description)
  }

  /// The error of a lost device.
  static func lost(_ device: Device, _ stream: (any AudioStreaming)? = nil) -> ToolError {
    .failure(device.id, (stream?.isRateChanged == true ? "rate changed: " : "") + "device lost")
  }
}
