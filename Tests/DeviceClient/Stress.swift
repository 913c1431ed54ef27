import Platform
import SoundDevice
import Synchronization

/// Opens, starts, stops, aborts, closes, reads and writes a few streams from several threads and
/// tasks at once, in random order, for a number of steps or of seconds.
struct Stress {
  enum Amount {
    case steps(Int)
    case seconds(Double)

    /// `4800` is steps, `600s` seconds.
    init(_ words: String) {
      self =
        words.hasSuffix("s")
        ? .seconds(Double(words.dropLast()) ?? 0) : .steps(Int(words) ?? 0)
    }
  }

  var query: String
  var amount: Amount
  var seed: UInt64
  /// Whether the device's server is stalled and killed meanwhile: devices may be lost then, but no
  /// call may take forever.
  var isFaulty: Bool

  private static let threadCount = 6
  /// Seconds after which a call counts as never returning, many times the patience below.
  private static let longest = 90.0

  func run() throws {
    let slots = StressSlots(query: query, device: try Device.find(query), isFaulty: isFaulty)
    // Not before: the server may have stalled already.
    if isFaulty { Defaults.current.hostPatience = .seconds(2) }
    let ended = Atomic<Int>(0)
    let begin = monotonicSeconds()
    let watch = StepWatch(count: Self.threadCount)
    for number in 0..<Self.threadCount {
      onThread { [self] in
        var generator = Generator(state: seed &* 31 &+ UInt64(number))
        var done = 0
        while goesOn(done, since: begin) {
          watch.begin(number)
          slots.step(&generator)
          done += 1
        }
        watch.end(number)
        slots.add(steps: done)
        ended.add(1, ordering: .sequentiallyConsistent)
      }
    }
    while ended.load(ordering: .sequentiallyConsistent) < Self.threadCount {
      Sound.sleep(for: .milliseconds(5))
      let time = watch.longest()
      check(time < Self.longest, "a call has returned within \(time) s")
    }
    watch.begin(0)
    slots.closeAll()
    try slots.waitForTasks(seconds: Self.longest)
    // Throws while a stream is open: none may be left.
    if !isFaulty { try DeviceList.refresh() }
    say("\(slots.steps) steps, \(slots.opened) streams, \(slots.lost) lost")
  }

  private func goesOn(_ done: Int, since begin: Double) -> Bool {
    switch amount {
    case .steps(let count): done < count / Self.threadCount
    case .seconds(let seconds): monotonicSeconds() - begin < seconds
    }
  }
}

/// When each thread began its present step.
private final class StepWatch: Sendable {
  private let times: Guarded<[Double?]>

  init(count: Int) { times = Guarded(Array(repeating: nil, count: count)) }

  func begin(_ number: Int) { times.withLock { $0[number] = monotonicSeconds() } }

  func end(_ number: Int) { times.withLock { $0[number] = nil } }

  /// Seconds since the oldest present step began.
  func longest() -> Double {
    let now = monotonicSeconds()
    return times.withLock { $0.compactMap { $0 }.map { now - $0 }.max() ?? 0 }
  }
}

struct Generator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state &* 0x2545_F491_4F6C_DD1D >> 11
  }
}

/// Runs `body` on a thread of its own.
private func onThread(_ body: @escaping @Sendable () -> Void) {
  final class Box: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
  let argument = unsafe Unmanaged.passRetained(Box(body)).toOpaque()
  let run: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
    guard let argument = unsafe argument else { return nil }
    unsafe Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body()
    return nil
  }
  #if canImport(Darwin)
    var thread: pthread_t?
    check(unsafe pthread_create(&thread, nil, { unsafe run($0) }, argument) == 0, "a thread")
    if let thread = unsafe thread { unsafe pthread_detach(thread) }
  #else
    var thread = pthread_t()
    check(unsafe pthread_create(&thread, nil, run, argument) == 0, "a thread")
    pthread_detach(thread)
  #endif
}
