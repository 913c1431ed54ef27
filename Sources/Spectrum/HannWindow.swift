internal import Platform

/// The window applied to every block before its transform, and its properties.
///
/// Of the common windows, Hann's separates lines best for its width: two sines three bins apart are
/// two lines, and 31 dB below its peak a line is only four bins wide.
public enum HannWindow {
  /// The equivalent noise bandwidth in bins: a window also admits the neighbours' noise.
  public static let noiseBandwidth = 1.5

  /// The weights of a block: periodic, so that blocks at half-block distance sum to one everywhere.
  public static func weights(count: Int) -> [Float] {
    (0..<count).map { Float(0.5 - 0.5 * cos(2 * Double.pi * Double($0) / Double(count))) }
  }

  /// The amplitude of a sine in a bin at distance `offset`, relative to one in its centre.
  public static func response(at offset: Double) -> Double {
    guard offset != 0 else { return 1 }
    guard offset.magnitude != 1 else { return 0.5 }
    let angle = Double.pi * offset
    return sin(angle) / (angle * (1 - offset * offset))
  }

  /// A sine's distance from its strongest bin, in bins towards the stronger neighbour, from the
  /// ratio of that neighbour's amplitude to the bin's: 0 for 0.5, a half for 1.
  public static func offset(forRatio ratio: Double) -> Double {
    min(0.5, max(0, (2 * ratio - 1) / (ratio + 1)))
  }
}
