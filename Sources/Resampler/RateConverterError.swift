/// Why a rate cannot be converted, in one line.
public struct RateConverterError: Error, Hashable, CustomStringConvertible {
  /// The complaint, with values that would work, or soxr's own message.
  public let description: String

  init(_ description: String) {
    self.description = description
  }
}
