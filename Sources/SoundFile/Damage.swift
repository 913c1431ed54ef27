/// Sound that a file or stream promised but does not have, or that could not be decoded.
///
/// Frames are counted from the start of the sound, including lost ones.
public struct Damage: Hashable, Sendable {
  /// The kinds of damage.
  public enum Kind: Hashable, Sendable {
    /// The data is damaged here; decoding continued after it. The reason is in words: `lost sync`.
    case lost(reason: String)
    /// The data ends before the promised end.
    case endsEarly(Shortage)
    /// Everything was decoded, but its checksum differs from the file's.
    case checksum
  }

  /// The promise that was not kept.
  public enum Shortage: Hashable, Sendable {
    /// The header, or an index, promises this many frames in all.
    case frames(promised: Int)
    /// The data ends where it cannot end, `within a frame`, or without its end mark.
    case mark(String)
  }

  /// The kind of damage.
  public let kind: Kind

  /// The frame at which it is.
  public let position: Int

  /// Frames lost there, or nil if unknown.
  public let frameCount: Int?
}

/// Collects damage until it is taken, in limited memory even if all data is damaged.
struct DamageLog {
  /// Frames known to be lost so far, including those replaced by silence.
  private(set) var lostFrameCount = 0
  private(set) var isEmpty = true
  private var waiting: [Damage] = []
  private static let maxWaiting = 1000

  mutating func append(_ damage: Damage) {
    isEmpty = false
    lostFrameCount += damage.frameCount ?? 0
    if waiting.count < Self.maxWaiting { waiting.append(damage) }
  }

  mutating func take() -> [Damage] {
    defer { waiting = [] }
    return waiting
  }
}
