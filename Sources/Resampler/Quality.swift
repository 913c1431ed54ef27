internal import CSoxr

extension RateConverter {
  /// Conversion quality, from fast to accurate: soxr's recipes.
  public enum Quality: Hashable, Sendable, CaseIterable {
    /// Cubic interpolation.
    case quick

    /// 16 bits, with a wide transition band.
    case low

    /// 16 bits.
    case medium

    /// 20 bits; the tools' default.
    case high

    /// 28 bits, for float64 and 32-bit material.
    case veryHigh

    var recipe: UInt {
      switch self {
      case .quick: UInt(SOXR_QQ)
      case .low: UInt(SOXR_LQ)
      case .medium: UInt(SOXR_MQ)
      case .high: UInt(SOXR_HQ)
      case .veryHigh: UInt(SOXR_VHQ)
      }
    }
  }
}
