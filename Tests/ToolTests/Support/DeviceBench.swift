import Foundation
import Platform
import TestSupport
import Testing

/// The environment in which the virtual devices are like this: `virtual("rate=44100", "lost@4800")`.
func virtual(_ settings: String...) -> [String: String?] {
  ["SD_VIRTUAL": settings.joined(separator: ",")]
}

/// Sends raw frames of 16 bits, stereo, through `virtual:loopback` as fast as it goes.
func loop(
  _ samples: [UInt8], _ arguments: String..., environment: [String: String?] = [:]
) async throws -> ToolResult {
  try await run(
    Command.tool(
      "sd-playrec",
      ["-D", "virtual:loopback", "-q", "--no-dither", "-f", "s16le", "-r", "48000", "-c", "2"]
        + arguments
    ).reading(.bytes(samples)).with(environment: virtual("pace=fast")).with(
      environment: environment))
}

extension ToolProcess {
  /// Waits until the program takes signals; before that, USR1 would end it.
  func waitForSignals() async throws {
    #if os(Linux)
      let path = "/proc/\(processIdentifier)/status"
      try await eventually("signals are taken") {
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let line = text.split(separator: "\n").first { $0.hasPrefix("SigBlk:") }
        let mask = line.flatMap { UInt64($0.dropFirst(7).filter(\.isHexDigit), radix: 16) } ?? 0
        return mask & (1 << UInt64(SIGUSR1 - 1)) != 0
      }
    #else
      try await Task.sleep(for: .milliseconds(300))
    #endif
  }

  /// Asks for the status line until one satisfies the condition; the last thing the program said.
  @discardableResult
  func waitForStatus(_ goal: String, _ isReached: (String) -> Bool) async throws -> String {
    try await waitForSignals()
    let clock = ContinuousClock()
    var seen = errorText.count
    var asked = clock.now
    send(SIGUSR1)
    var last = ""
    try await eventually(goal) {
      let text = errorText
      guard text.count > seen, text.hasSuffix("\n") else {
        // A program that cannot print just then does not wait until it can.
        if clock.now - asked > .milliseconds(200) {
          asked = clock.now
          send(SIGUSR1)
        }
        return status != nil
      }
      last = text.split(separator: "\n").last.map(String.init) ?? ""
      if isReached(last) { return true }
      seen = text.count
      asked = clock.now
      send(SIGUSR1)
      return false
    }
    guard status == nil else {
      throw ToolFailure("\(command): ended before \(goal): \(errorText)")
    }
    return last
  }

  /// Waits until frames go to the device, or come from it.
  func waitUntilRunning() async throws {
    try await waitForStatus("frames go") { line in
      line.contains(" frame") && !line.contains(": 0 frames")
    }
  }
}

/// An ALSA configuration without a sound card: `tap` keeps what is played on it in a file, `source`
/// gives what is in one. Neither waits for a clock.
struct ALSAFiles {
  let folder: TemporaryDirectory

  init(source: [UInt8] = []) throws {
    folder = try TemporaryDirectory()
    try folder.write(source, to: "source")
    let sink = "slave.pcm { type null } format raw"
    let configuration = """
      pcm.!default { type null }
      pcm.tap { type file \(sink) file "\(folder.file("tap"))" }
      pcm.source { type file \(sink) file "/dev/null" infile "\(folder.file("source"))" }

      """
    try folder.write(Array(configuration.utf8), to: "asound.conf")
  }

  var environment: [String: String?] { ["ALSA_CONFIG_PATH": folder.file("asound.conf")] }

  /// What was played, without the silence before and after.
  func played(bytesPerFrame: Int) throws -> [UInt8] {
    trimmed(try folder.read("tap"), bytesPerFrame: bytesPerFrame)
  }
}
