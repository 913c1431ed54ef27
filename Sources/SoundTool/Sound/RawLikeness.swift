internal import PCM

/// Guesses the real format of data from its first bytes, for a message, never for decoding.
enum RawLikeness: Hashable, CustomStringConvertible {
  case encoding(SampleEncoding)
  case scaledFloat
  case text
  case compressed

  /// The guess, or nil if the bytes look like nothing known.
  init?(_ bytes: [UInt8]) {
    if let likeness = Self.text(bytes) ?? Self.float(bytes) ?? Self.integer(bytes) {
      self = likeness
    } else if Self.variety(bytes) > 128 {
      self = .compressed
    } else {
      return nil
    }
  }

  var description: String {
    switch self {
    case .encoding(let encoding): encoding.name
    case .scaledFloat: "floats scaled to 32768"
    case .text: "text"
    case .compressed: "compressed data"
    }
  }

  private static func text(_ bytes: [UInt8]) -> RawLikeness? {
    let spaces = bytes.count { $0 == 0x20 || (0x09...0x0D).contains($0) }
    let letters = bytes.count { (0x21...0x7E).contains($0) }
    return (spaces + letters) * 10 >= bytes.count * 9 && spaces * 100 >= bytes.count
      ? .text : nil
  }

  /// In each byte order, doubles first, since their halves may look like floats.
  private static func float(_ bytes: [UInt8]) -> RawLikeness? {
    let candidates: [SampleEncoding] = [.f64le, .f64be, .f32be]
    let shares = candidates.map { share(of: values(bytes, $0), in: 1e-6...16) }
    if let best = shares.max(), best >= 0.9, let index = shares.firstIndex(of: best) {
      return .encoding(candidates[index])
    }
    return share(of: values(bytes, .f32le), in: 1e-20...70_000) >= 0.95 ? .scaledFloat : nil
  }

  /// Zeros fit any range, but zeros alone fit none.
  private static func share(of values: [Double], in range: ClosedRange<Double>) -> Double {
    let sound = values.count { $0 != 0 && range.contains($0.magnitude) }
    let zeros = values.count { $0 == 0 }
    return sound < 4 ? 0 : Double(sound + zeros) / Double(values.count)
  }

  /// The integer format in which each sample is best predicted by the two before it; among widths,
  /// the narrowest that is not much worse.
  private static func integer(_ bytes: [UInt8]) -> RawLikeness? {
    var widths: [[SampleEncoding]] = [
      [.s8, .u8, .ulaw, .alaw], [.s16le, .s16be], [.s24le, .s24be], [.s32le, .s32be],
    ]
    // Bytes, or halves, that only carry a sign or nothing belong to something wider.
    let isCarried = (0..<2).contains { phase in
      stride(from: phase, to: bytes.count, by: 2).allSatisfy { [0, 0xFF].contains(bytes[$0]) }
    }
    if isCarried { widths[0] = [] }
    let isPadded = (0..<2).contains { half in
      let places = stride(from: 2 * half, to: bytes.count - 1, by: 4)
      // Full scale itself has all bits set.
      return places.count { bytes[$0] == 0 && bytes[$0 + 1] == 0 } * 200 >= bytes.count * 49
    }
    if isPadded { widths[1] = [] }
    let best = widths.compactMap { encodings in
      encodings.map { ($0, surprise(values(bytes, $0))) }.min { $0.1 < $1.1 }
    }
    let smoothest = best.map(\.1).min() ?? 1
    let found = best.first { $0.1 < 0.5 && $0.1 <= 1.5 * smoothest + 0.002 }
    return found.map { .encoding($0.0) }
  }

  /// The share of energy that the two previous samples, of one channel or of two, do not predict:
  /// nearly zero for sound, nearly one for noise.
  private static func surprise(_ values: [Double]) -> Double {
    let mean = values.reduce(0, +) / Double(max(1, values.count))
    let parts = (1...2).map { channelCount in
      (0..<channelCount).reduce((left: 0.0, all: 0.0)) { sum, channel in
        let indices = stride(from: channel, to: values.count, by: channelCount)
        let residual = residual(indices.map { values[$0] - mean })
        return (sum.left + residual.left, sum.all + residual.all)
      }
    }
    return parts.map { $0.all > 0 ? $0.left / $0.all : 1 }.min() ?? 1
  }

  /// The residual of the best linear prediction from two samples.
  private static func residual(_ x: [Double]) -> (left: Double, all: Double) {
    guard x.count >= 16 else { return (1, 1) }
    func correlation(_ lag: Int) -> Double {
      zip(x.dropFirst(lag), x).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let (r0, r1, r2) = (correlation(0), correlation(1), correlation(2))
    let determinant = r0 * r0 - r1 * r1
    guard determinant > 1e-9 * r0 * r0 else { return (0, r0) }
    let a = r1 * (r0 - r2) / determinant
    let b = (r0 * r2 - r1 * r1) / determinant
    return (max(0, r0 - a * r1 - b * r2), r0)
  }

  private static func values(_ bytes: [UInt8], _ encoding: SampleEncoding) -> [Double] {
    let count = bytes.count / encoding.byteCount
    var values = [Double](repeating: 0, count: count)
    var converter = SampleConverter(from: encoding, to: SampleEncoding(.float64), dither: false)
    var target = values.mutableSpan
    var room = unsafe target.mutableBytes
    let source = bytes.span.extracting(first: count * encoding.byteCount)
    converter.convert(unsafe source.bytes, into: &room)
    return values
  }

  /// The number of byte values, weighted by frequency: 256 for noise.
  private static func variety(_ bytes: [UInt8]) -> Double {
    guard bytes.count >= 256 else { return 0 }
    var counts = [Int](repeating: 0, count: 256)
    for byte in bytes { counts[Int(byte)] += 1 }
    let pairs = counts.reduce(0) { $0 + $1 * ($1 - 1) }
    return Double(bytes.count * (bytes.count - 1)) / Double(max(1, pairs))
  }
}
