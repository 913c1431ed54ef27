/// What a file or stream promised and does not hold, or what could not be decoded of it.
///
/// Frames are counted from the beginning of the sound, lost ones included.
public struct Damage: Hashable, Sendable {
  /// What is wrong.
  public enum Kind: Hashable, Sendable {
    /// The data is damaged here; decoding went on behind it. The reason is in words: `lost sync`.
    case lost(reason: String)
    /// The end comes before the promised one.
    case endsEarly(Shortage)
    /// All was decoded, and its checksum is not the one in the file.
    case checksum
  }

  /// What promised more.
  public enum Shortage: Hashable, Sendable {
    /// The header, or an index, promises so many frames in all.
    case frames(promised: Int)
    /// The data ends inside something that cannot end there: `within a frame`, or without its mark.
    case mark(String)
  }

  /// What is wrong.
  public let kind: Kind

  /// The frame where it lies.
  public let position: Int

  /// Frames that are lost there, nil where nothing tells.
  public let frameCount: Int?
}

/// Collects damage until somebody takes it; data that is nothing but damage does not fill memory.
struct DamageLog {
  /// Frames lost so far, as far as that is known, those that silence stands for among them.
  private(set) var lostFrameCount = 0
  private(set) var isEmpty = true
  private var waiting: [Damage] = []
  private static let mostWaiting = 1000

  mutating func append(_ damage: Damage) {
    isEmpty = false
    lostFrameCount += damage.frameCount ?? 0
    if waiting.count < Self.mostWaiting { waiting.append(damage) }
  }

  mutating func take() -> [Damage] {
    defer { waiting = [] }
    return waiting
  }
}
