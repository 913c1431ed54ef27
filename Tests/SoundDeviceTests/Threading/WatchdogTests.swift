import TestSupport
import Testing

@testable import SoundDevice

struct WatchdogTests {
  @Test func errandsRunOnItsThreadInOrder() async throws {
    let watchdog = Watchdog()
    let order = Shared<[Int]>([])
    for number in 0..<20 { watchdog.perform { order.update { $0.append(number) } } }
    try await eventually("all errands") { order.value.count == 20 }
    #expect(order.value == Array(0..<20))
  }

  @Test func anErrandMayGiveErrands() async throws {
    let watchdog = Watchdog()
    let done = AtomicFlag()
    watchdog.perform { watchdog.perform { done.set() } }
    try await eventually("the second errand") { done.isSet }
  }

  /// It rests while a stream is stopped, and counts its own wakes, not the clock.
  @Test func aStoppedStreamIsNeverLost() throws {
    let bench = try VirtualBench("pace=realtime")
    let stream = try AudioInputStream<Float>(
      bench.parameters(1), options: StreamOptions(stallTime: 0.1)
    ) { _, _ in .continue }
    for _ in 0..<200 { stream.session.stream.look(countsAsInterval: true) }
    #expect(!stream.isLost)
    try stream.start()
    // A look that is not an interval, such as one after a late wake, counts nothing.
    for _ in 0..<200 { stream.session.stream.look(countsAsInterval: false) }
    #expect(!stream.isLost && stream.isActive)
    try stream.close()
  }

  @Test func callbacksThatStopComingAreCountedUpToTheLimit() async throws {
    let bench = try VirtualBench("pace=realtime,stall@256")
    let stream = try AudioInputStream<Float>(
      bench.parameters(1), options: StreamOptions(stallTime: 1000)
    ) { _, _ in .continue }
    try stream.start()
    try await eventually("the first block") { stream.losses.input.delivered == 256 }
    let open = stream.session.stream
    // So many intervals are the stall time; the watchdog adds its own.
    let intervals = Int((1000 / Watchdog.interval).rounded())
    for _ in 0..<intervals - 100 { open.look(countsAsInterval: true) }
    #expect(!stream.isLost)
    for _ in 0..<200 { open.look(countsAsInterval: true) }
    #expect(stream.isLost && !stream.isActive)
  }
}
