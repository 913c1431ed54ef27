import Foundation
import PCM
import Platform
import SoundDevice
import Synchronization

/// Plays one scenario of the tests in a process of its own, where a device may be lost, a sanitizer
/// may stop the program, and nobody else uses the defaults.
@main struct Client {
  static func main() async {
    let arguments = Array(CommandLine.arguments.dropFirst())
    do {
      switch arguments.first {
      case "snippets": try await runSnippets()
      case "lose": try lose(arguments[1], on: arguments[2])
      case "stress":
        try Stress(
          query: arguments[1], amount: .init(arguments[2]), seed: UInt64(arguments[3]) ?? 1,
          isFaulty: arguments.last == "faulty"
        ).run()
      case "many": try playMany()
      case "cycle": try cycle(on: arguments[1], count: Int(arguments[2]) ?? 0)
      case "close": try closeRunning(arguments[1], channelCount: Int(arguments[2]) ?? 0)
      case "latest": try checkLatest()
      case "hold": try holdOut(on: arguments[1])
      case "refresh": try checkRefresh(on: arguments[1])
      case "defaults": try checkDefaults()
      case "callback": try runCallback(arguments[1])
      default: fail("sd-test-client: no such scenario")
      }
    } catch { fail("\(error)") }
    // No exit handler: those of a host's libraries hang where its server has died.
    fflush(nil)
    if arguments.first == "lose" || arguments.last == "faulty" { _exit(0) }
  }

  /// Closes a stream that still runs, without a stop.
  private static func closeRunning(_ query: String, channelCount: Int) throws {
    let parameters = StreamParameters(device: try Device.find(query), channelCount: channelCount)
    let stream = try AudioStream<Float>(input: parameters, output: parameters) { _, _, _ in
      .continue
    }
    try stream.start()
    usleep(300_000)
    try stream.close()
    say("closed")
  }

  /// Two threads assign to two properties, and each finds what it assigned.
  private static func checkDefaults() throws {
    let undone = Atomic<Int>(0)
    let ended = DispatchSemaphore(value: 0)
    Defaults.current.setDevice(try Device.find("virtual:null"))
    for part in 0..<2 {
      Thread.detachNewThread {
        for number in 1...50_000 {
          if part == 0 {
            Defaults.current.sampleRate = Double(number)
            if Defaults.current.sampleRate != Double(number) { undone.add(1, ordering: .relaxed) }
          } else {
            Defaults.current.blockSize = number
            if Defaults.current.blockSize != number { undone.add(1, ordering: .relaxed) }
          }
        }
        ended.signal()
      }
    }
    for _ in 0..<2 { ended.wait() }
    say("\(undone.load(ordering: .relaxed)) undone")
  }

  /// Loses three streams to a stalled server, and uses the server again when it goes on.
  private static func holdOut(on query: String) throws {
    let device = try Device.find(query)
    let parameters = StreamParameters(device: device, channelCount: 2)
    let streams = try (0..<3).map { _ in
      try AudioStream<Float>(
        input: parameters, output: parameters, options: StreamOptions(stallTime: .seconds(0.3))
      ) { _, _, _ in .continue }
    }
    for stream in streams { try stream.start() }
    report("running")
    for stream in streams { _ = try? stream.wait() }
    check(streams.allSatisfy { $0.isLost }, "all are lost")
    report("lost")
    while code(of: { try AudioOutputStream<Float>(parameters).close() }) == .hostLost {
      Sound.sleep(for: .milliseconds(10))
    }
    report("back")
    Sound.sleep(for: .seconds(60))
  }

  private static func runSnippets() async throws {
    try enterExamplesFolder()
    for (name, run) in snippets {
      Defaults.reset()
      Defaults.current.setDevice(try Device.find("virtual:loopback"))
      do { try await run() } catch { fail("\(name): \(error)") }
      say("ran \(name)")
    }
    try leaveExamplesFolder()
  }
}

/// Says what went wrong and ends the program.
func fail(_ words: String) -> Never {
  report(words)
  exit(1)
}

/// Fails unless a condition holds.
func check(_ condition: Bool, _ words: @autoclosure () -> String) {
  if !condition { fail("not so: \(words())") }
}

/// Writes a line to standard error at once, for the test that waits for it.
func report(_ words: String) {
  let line = Array((words + "\n").utf8)
  _ = unsafe write(2, line, line.count)
}

/// Writes a line to standard output at once.
func say(_ words: String) {
  let line = Array((words + "\n").utf8)
  _ = unsafe write(1, line, line.count)
}

/// The code of the error that `body` throws, or nil.
func code(of body: () throws -> Void) -> PortAudioError.Code? {
  do { try body() } catch { return (error as? PortAudioError)?.code }
  return nil
}
