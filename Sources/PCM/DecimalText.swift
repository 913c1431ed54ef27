/// Parses digits with at most one point: no sign, no exponent, no locale.
///
/// Returns nil for other text, and infinity if the number is too large for a `Double`.
func decimal(_ text: some StringProtocol) -> Double? {
  var digits = 0
  var points = 0
  for byte in text.utf8 {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digits += 1
    case UInt8(ascii: "."): points += 1
    default: return nil
    }
  }
  guard digits > 0, points <= 1 else { return nil }
  // On some platforms the standard library rejects ".5" or "5.".
  return Double("0" + text + (points == 0 ? "" : "0"))
}

/// Parses digits only. Returns nil for other text, and `Int.max` if the number is too large.
func wholeNumber(_ text: some StringProtocol) -> Int? {
  let isDigits = text.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
  guard isDigits, !text.isEmpty else { return nil }
  return Int(text) ?? .max
}
