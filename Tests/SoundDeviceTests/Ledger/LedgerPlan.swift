@testable import SoundDevice

/// Numbers that look random and are the same for the same seed. SplitMix64.
struct SeededNumbers: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x2545_F491_4F6C_DD1D &+ 0x9E37_79B9 }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
    return word ^ word >> 31
  }

  mutating func chance(_ one: Int) -> Bool { Int.random(in: 0..<one, using: &self) == 0 }
}

/// What one seed makes of a run: a host with faults, a stream, neighbours.
struct LedgerPlan: CustomStringConvertible {
  enum Mode: CaseIterable {
    case input, output, duplex, aligned
  }

  /// How a thread beside the stream behaves.
  enum Neighbour: CaseIterable {
    /// Does at each step what can be done.
    case prompt
    /// Does a little at each step.
    case slow
    /// Rests for long, then does all that can be done.
    case bursty
    /// Never comes.
    case absent
  }

  let seed: UInt64
  let mode: Mode
  let configuration: String
  let ringFrameCount: Int
  let start: RingProcessor.Start
  let reader: Neighbour
  let writer: Neighbour
  let stepCount: Int
  /// The most frames that a step moves the clock by.
  let stride: Int
  /// Whether the stream is paused now and then.
  let pauses: Bool
  /// Whether the end of the output is waited for.
  let finishes: Bool

  init(seed: UInt64) {
    var numbers = SeededNumbers(seed: seed)
    func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &numbers) }
    self.seed = seed
    mode = Mode.allCases[pick(0...3)]
    let block = numbers.chance(8) ? 1 : pick(2...100)
    // A time unit of its own keeps runs short: the pace is judged every half second.
    var words = ["rate=1000", "block=\(block)", "latency=\(pick(1...150))"]
    if !numbers.chance(3) { words.append("blocks=random:\(pick(0...1000))") }
    let length = 4000
    for _ in 0..<pick(0...5) { words.append("xrun@\(pick(0...length)):\(pick(1...400))") }
    for _ in 0..<pick(0...2) { words.append("stall@\(pick(0...length)):\(pick(1...500))") }
    if numbers.chance(4) { words.append("freewheel@\(pick(0...length)):\(pick(1...1200))") }
    configuration = words.joined(separator: ",")
    ringFrameCount = numbers.chance(6) ? pick(1...block + 1) : pick(block...8 * block + 200)
    start = numbers.chance(2) ? .prompt : .prebuffered
    reader = Neighbour.allCases[numbers.chance(20) ? 3 : pick(0...2)]
    writer = Neighbour.allCases[numbers.chance(20) ? 3 : pick(0...2)]
    stepCount = pick(30...120)
    stride = max(2, length / stepCount * 2)
    pauses = numbers.chance(3)
    finishes = numbers.chance(16)
  }

  var hasInput: Bool { mode != .output }
  var hasOutput: Bool { mode != .input }

  var description: String {
    "seed \(seed) (SD_LEDGER_SEED=\(seed) replays it): \(mode), SD_VIRTUAL=\(configuration), ring of "
      + "\(ringFrameCount), \(start), reader \(reader), writer \(writer)\(pauses ? ", pauses" : "")"
  }
}
