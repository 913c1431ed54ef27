/// Numbers as plots write them, the same in every locale.
enum NumberText {
  /// A fixed number of decimals: `-12.3`; `-inf` for minus infinity.
  static func fixed(_ value: Double, _ digits: Int) -> String {
    guard value.isFinite else { return value < 0 ? "-inf" : value > 0 ? "inf" : "nan" }
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let scaled = (value * scale).rounded()
    guard scaled.magnitude < 1e15 else { return "\(value)" }
    let whole = Int(scaled.magnitude)
    let sign = scaled < 0 ? "-" : ""
    guard digits > 0 else { return "\(sign)\(whole)" }
    let (before, behind) = whole.quotientAndRemainder(dividingBy: Int(scale))
    let text = String(behind)
    return "\(sign)\(before).\(String(repeating: "0", count: digits - text.count))\(text)"
  }

  /// As many decimals as needed, at most three: `2.5`.
  static func short(_ value: Double) -> String {
    var text = fixed(value, 3)
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text
  }

  /// `500`, `2.5k`; `500 Hz`, `2.5 kHz`.
  static func frequency(_ hertz: Double, unit: Bool = false) -> String {
    let (number, prefix) =
      hertz.magnitude < 1_000 ? (short(hertz), "") : (short(hertz / 1_000), "k")
    return unit ? "\(number) \(prefix)Hz" : number + prefix
  }

  /// `0`, `12.5`, `1:30`, `1:00:00`.
  static func time(_ seconds: Double, withMinutes: Bool) -> String {
    guard withMinutes else { return short(seconds) }
    let total = Int(seconds.rounded())
    let (hours, minutes, rest) = (total / 3_600, total / 60 % 60, total % 60)
    func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
    return hours > 0 ? "\(hours):\(two(minutes)):\(two(rest))" : "\(minutes):\(two(rest))"
  }

  /// Right-aligns `text` in a field.
  static func padded(_ text: String, to width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
