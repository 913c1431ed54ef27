internal import Platform

/// The meter of one channel: rises at once, falls by 20 dB per second, holds the peak of the last
/// two seconds, and keeps a mark for clipping.
public struct PeakHold: Hashable, Sendable {
  /// The magnitude shown.
  public private(set) var level = 0.0
  /// The magnitude held.
  public private(set) var held = 0.0
  /// Whether full scale was ever reached.
  public private(set) var hasClipped = false

  private static let fall = 20.0
  private static let patience = 2.0
  private var heldFor = 0.0

  /// Creates a meter at rest.
  public init() {}

  /// Takes the peak magnitude of the next piece of sound.
  ///
  /// - Parameter seconds: The length of the piece.
  public mutating func update(peak: Double, seconds: Double) {
    level = max(peak, level * pow(10, -Self.fall * seconds / 20))
    heldFor += seconds
    if peak >= held || heldFor > Self.patience {
      held = peak >= held ? peak : level
      heldFor = 0
    }
    // The highest 16-bit value is full scale for most recordings.
    if peak >= 1 - 1 / 32_768.0 { hasClipped = true }
  }
}
