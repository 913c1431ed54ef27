/// Why a rate cannot be converted, in one line.
public struct RateConverterError: Error, Hashable, CustomStringConvertible {
  /// The complaint and what would work, or soxr's own words.
  public let description: String

  init(_ description: String) {
    self.description = description
  }
}
