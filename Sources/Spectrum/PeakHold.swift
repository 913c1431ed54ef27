internal import Platform

/// The needle of one channel's level: up at once, down by 20 dB a second, the highest of the last
/// two seconds held, and a mark for clipping that stays.
public struct PeakHold: Hashable, Sendable {
  /// The magnitude the needle shows.
  public private(set) var level = 0.0
  /// The magnitude held.
  public private(set) var held = 0.0
  /// Whether full scale was ever reached.
  public private(set) var hasClipped = false

  private static let fall = 20.0
  private static let patience = 2.0
  private var heldFor = 0.0

  /// A needle at rest.
  public init() {}

  /// Takes the largest magnitude of the next stretch of sound.
  ///
  /// - Parameter seconds: how long the stretch is.
  public mutating func update(peak: Double, seconds: Double) {
    level = max(peak, level * pow(10, -Self.fall * seconds / 20))
    heldFor += seconds
    if peak >= held || heldFor > Self.patience {
      held = peak >= held ? peak : level
      heldFor = 0
    }
    // The highest value of 16 bits is the end of the scale for most of what is recorded.
    if peak >= 1 - 1 / 32_768.0 { hasClipped = true }
  }
}
