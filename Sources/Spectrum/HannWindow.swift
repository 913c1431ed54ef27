internal import Platform

/// The fade that every block gets before it is transformed, and what follows from it.
///
/// Of the common windows Hann's separates lines best for its width: two sines three bins apart are
/// two lines, and 31 dB below its peak a line is only four bins wide.
public enum HannWindow {
  /// What the noise of one bin amounts to, in bins: a window lets in the neighbours' too.
  public static let noiseBandwidth = 1.5

  /// The weights of a block: periodic, so that blocks half of it apart add up to one everywhere.
  public static func weights(count: Int) -> [Float] {
    (0..<count).map { Float(0.5 - 0.5 * cos(2 * Double.pi * Double($0) / Double(count))) }
  }

  /// The amplitude that a sine `offset` bins beside a bin has in that bin, 1 for one in its middle.
  public static func response(at offset: Double) -> Double {
    guard offset != 0 else { return 1 }
    guard offset.magnitude != 1 else { return 0.5 }
    let angle = Double.pi * offset
    return sin(angle) / (angle * (1 - offset * offset))
  }

  /// How far beside its strongest bin a sine lies, in bins towards the stronger neighbour, by the
  /// ratio of that neighbour's amplitude to the bin's own: 0 for 0.5, a half for 1.
  public static func offset(forRatio ratio: Double) -> Double {
    min(0.5, max(0, (2 * ratio - 1) / (ratio + 1)))
  }
}
