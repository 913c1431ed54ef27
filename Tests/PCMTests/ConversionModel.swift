import PCM

extension Array {
  /// The elements in groups of `count`.
  func chunks(_ count: Int) -> [[Element]] {
    stride(from: 0, to: self.count, by: count).map { Array(self[$0..<$0 + count]) }
  }
}

/// Samples of an encoding: all edge cases, and random bytes.
func material(_ encoding: SampleEncoding) -> [UInt8] {
  var state: UInt32 = 7
  var raw: [UInt8] = []
  for _ in 0..<300 * encoding.byteCount {
    state = state &* 1_664_525 &+ 1_013_904_223
    raw.append(UInt8(truncatingIfNeeded: state >> 24))
  }
  let edges: [Double] = [
    0, -0.0, 1, -1, 0.5, -0.5, 0.999999999, -0.999999999, 1.0000001, -1.0000001, 3, -1e30,
    .infinity, -.infinity, .nan, 0x1p-8, 0x1.8p-16, 0x1.4p-15, -0x1.8p-16, 0x1.8p-24, -0x1.8p-32,
    0x1.fffffep-1, 0x1.fffffffffffffp-1, 0x1p-1074, 0x1.01p-1, -0x1.01p-1,
  ]
  for edge in edges {
    // NaN cannot be decoded back to an integer, so integer encodings get 0.3 instead.
    let sample: [UInt8] =
      switch encoding {
      case .f32le, .f32be: ordered(bytes([Float(edge)]), encoding)
      case .f64le, .f64be: ordered(bytes([edge]), encoding)
      default: integerBytes(integer(edge.isNaN ? 0.3 : edge, encoding), encoding)
      }
    raw += sample
  }
  return raw
}

/// The expected conversion of a sample, and whether it was beyond full scale.
func model(
  _ sample: [UInt8], _ from: SampleEncoding, _ to: SampleEncoding
) -> (bytes: [UInt8], isBeyond: Bool) {
  let value = decoded(sample, from)
  let result: [UInt8] =
    switch to {
    case .f32le, .f32be: ordered(bytes([Float(value)]), to)
    case .f64le, .f64be: ordered(bytes([value]), to)
    default: integerBytes(integer(value.isNaN ? 0 : value, to), to)
    }
  return (result, value.magnitude > 1)
}

/// The exact value of a sample, full scale being 1.
private func decoded(_ sample: [UInt8], _ encoding: SampleEncoding) -> Double {
  let little = isBig(encoding) ? Array(sample.reversed()) : sample
  let bits = little.enumerated().reduce(UInt64(0)) { $0 | UInt64($1.element) << (8 * $1.offset) }
  switch encoding {
  case .f32le, .f32be: return Double(Float(bitPattern: UInt32(bits)))
  case .f64le, .f64be: return Double(bitPattern: bits)
  case .u8: return (Double(bits) - 128) / 128
  case .ulaw: return Double(ulawDecoded(UInt8(bits))) / 32768
  case .alaw: return Double(alawDecoded(UInt8(bits))) / 32768
  default:
    let width = UInt64(8 * encoding.byteCount)
    let signed = bits >> (width - 1) == 1 ? Double(bits) - Double(1 << width) : Double(bits)
    return signed / Double(1 << (width - 1))
  }
}

/// The nearest integer within an encoding's range, ties to even.
private func integer(_ value: Double, _ encoding: SampleEncoding) -> Int {
  let scale = encoding.isCompanded ? 32768 : Double(1 << (8 * encoding.byteCount - 1))
  let rounded = (value * scale).rounded(.toNearestOrEven)
  return Int(min(max(rounded, -scale), scale - 1))
}

private func integerBytes(_ integer: Int, _ encoding: SampleEncoding) -> [UInt8] {
  switch encoding {
  case .u8: return [UInt8(integer + 128)]
  case .ulaw: return [ulawEncoded(integer)]
  case .alaw: return [alawEncoded(integer)]
  default:
    let little = (0..<encoding.byteCount).map { UInt8(truncatingIfNeeded: integer >> (8 * $0)) }
    return isBig(encoding) ? little.reversed() : little
  }
}

private func isBig(_ encoding: SampleEncoding) -> Bool {
  [.s16be, .s24be, .s32be, .f32be, .f64be].contains(encoding)
}

/// Reorders bytes from the machine's order to an encoding's.
private func ordered(_ native: [UInt8], _ encoding: SampleEncoding) -> [UInt8] {
  encoding.format == nil ? native.reversed() : native
}

// G.711 as its text defines it: segments, each twice as coarse as the one before.

func ulawDecoded(_ code: UInt8) -> Int {
  let bits = Int(~code)
  let magnitude = ((bits & 15) * 2 + 33) << (bits >> 4 & 7) - 33
  return 4 * (bits & 0x80 == 0 ? magnitude : -magnitude)
}

func alawDecoded(_ code: UInt8) -> Int {
  let bits = Int(code ^ 0x55)
  let segment = bits >> 4 & 7
  let step = (bits & 15) * 2 + 1
  let magnitude = segment == 0 ? step : (step + 32) << (segment - 1)
  return 8 * (bits & 0x80 == 0 ? -magnitude : magnitude)
}

func ulawEncoded(_ sample: Int) -> UInt8 {
  var magnitude = min(abs(sample) / 4, 8158) + 33
  var segment = 0
  while magnitude >= 64 {
    magnitude /= 2
    segment += 1
  }
  let bits = segment * 16 + (magnitude / 2 - 16)
  return ~UInt8(bits + (sample < 0 ? 128 : 0))
}

func alawEncoded(_ sample: Int) -> UInt8 {
  var magnitude = min(abs(sample) / 16, 2047)
  var segment = magnitude < 16 ? 0 : 1
  while magnitude >= 32 {
    magnitude /= 2
    segment += 1
  }
  let bits = segment * 16 + magnitude % 16
  return UInt8(bits + (sample < 0 ? 0 : 128)) ^ 0x55
}
