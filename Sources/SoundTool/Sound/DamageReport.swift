internal import PCM
public import SoundFile

/// Reports the damage of one input: a line for each place up to a limit, and status 1.
public struct DamageReport {
  /// Whether the messages are kept for the caller instead.
  public var isKept = false
  /// The messages that were kept.
  public private(set) var kept: [String] = []

  private let name: String
  private var count = 0
  private static let maxLines = 10

  init(_ name: String) { self.name = name }

  mutating func take(_ damage: [Damage], rate: Double) {
    for one in damage { take(one.words(rate: rate)) }
  }

  mutating func take(_ words: String) {
    count += 1
    if isKept {
      if kept.count < Self.maxLines { kept.append(words) }
    } else if count <= Self.maxLines {
      ProgramExit.remember(.failure(name, words))
    }
  }

  /// Sums up the damage beyond the limit.
  mutating func end() {
    let more = count - Self.maxLines
    guard more > 0 else { return }
    let words = "damaged at \(counted(more, "more place"))"
    if isKept { kept.append(words) } else { ProgramExit.remember(.failure(name, words)) }
    count = 0
  }
}

extension Damage {
  /// One line: `damaged at frame 61440 (1.393 s): lost sync, 4096 frames lost`.
  ///
  /// - Parameter rate: frames per second, for the time.
  public func words(rate: Double) -> String {
    let thousandths = Int((Double(position) / rate * 1000).rounded())
    let fraction = String(thousandths % 1000 + 1000).dropFirst()
    let place = "frame \(position) (\(thousandths / 1000).\(fraction) s)"
    switch kind {
    case .lost(let reason):
      let loss = frameCount.map { $0 > 0 ? ", \(counted($0, "frame")) lost" : "" } ?? ""
      return "damaged at \(place): \(reason)\(loss)"
    case .endsEarly(.frames(let promised)):
      return "ends early: \(position) of \(counted(promised, "frame"))"
    case .endsEarly(.mark(let words)): return "ends early at \(place): \(words)"
    case .checksum: return "damaged: its checksum is not that of its \(counted(position, "frame"))"
    }
  }
}
