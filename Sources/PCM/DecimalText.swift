/// Digits with at most one point, and nothing else: no sign, no exponent, no locale.
///
/// Returns nil for other text; infinity where the number is too large for a `Double`.
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
  // The standard library reads neither ".5" nor "5." on every platform.
  return Double("0" + text + (points == 0 ? "" : "0"))
}

/// Digits and nothing else. Returns nil for other text, and `Int.max` where there are too many.
func wholeNumber(_ text: some StringProtocol) -> Int? {
  let isDigits = text.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
  guard isDigits, !text.isEmpty else { return nil }
  return Int(text) ?? .max
}
