import TestSupport
import Testing

@testable import SoundDevice

struct WatchdogTests {
  /// It rests while a stream is stopped.
  @Test func aStoppedStreamIsNeverLost() throws {
    let bench = try VirtualBench("pace=realtime")
    let stream = try AudioInputStream<Float>(
      bench.parameters(1), options: StreamOptions(stallTime: .seconds(0.1))
    ) { _, _ in .continue }
    for time in 0..<200 { stream.session.stream.look(at: Double(time)) }
    #expect(!stream.isLost)
    try stream.close()
  }

  @Test func callbacksThatStopComingAreWaitedForUpToTheLimit() async throws {
    let bench = try VirtualBench("pace=realtime,stall@256")
    let stream = try AudioInputStream<Float>(
      bench.parameters(1), options: StreamOptions(stallTime: .seconds(1000))
    ) { _, _ in .continue }
    try await stream.start()
    try await eventually("the first block") { stream.losses.input.delivered == 256 }
    let open = stream.session.stream
    let start = Watchdog.shared.time
    open.look(at: start)
    open.look(at: start + 900)
    #expect(!stream.isLost)
    open.look(at: start + 1001)
    #expect(stream.isLost && !stream.isActive)
  }

  /// However long this process was suspended, that is one interval of the watchdog's clock.
  @Test func itsClockStandsStillWhileNobodyLooks() {
    let watchdog = Watchdog()
    let before = watchdog.time
    Sound.sleep(for: .milliseconds(500))
    #expect(watchdog.time - before <= Watchdog.interval + 1e-9)
  }
}
