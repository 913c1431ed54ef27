// How fast samples are converted, beside memcpy moving as many bytes: a Markdown table.
//
//     swift run -c release sd-bench-conversions [ENCODING ...]
//
// ENCODING restricts the table to pairs with one of these.

import PCM

/// One pair of encodings and whether it is dithered.
struct Pair {
  let from: SampleEncoding
  let to: SampleEncoding
  var dither = false

  var name: String { "\(from) → \(to)\(dither ? ", dithered" : "")" }
}

let chosen = Set(CommandLine.arguments.dropFirst())

let pairs = [
  Pair(from: .s16le, to: .f32le), Pair(from: .f32le, to: .s16le),
  Pair(from: .f32le, to: .s16le, dither: true), Pair(from: .s24le, to: .f32le),
  Pair(from: .f32le, to: .s24le), Pair(from: .f32le, to: .s24le, dither: true),
  Pair(from: .s32le, to: .f32le), Pair(from: .f32le, to: .s32le),
  Pair(from: .f64le, to: .f32le), Pair(from: .f32le, to: .f64le),
  Pair(from: .f64le, to: .s16le, dither: true), Pair(from: .s16be, to: .f32le),
  Pair(from: .s24be, to: .f32le), Pair(from: .f32le, to: .s24be), Pair(from: .f32be, to: .f32le),
  Pair(from: .s16le, to: .s24le), Pair(from: .s24le, to: .s16le),
  Pair(from: .s24le, to: .s16le, dither: true), Pair(from: .s16le, to: .s32le),
  Pair(from: .s24le, to: .s32le), Pair(from: .u8, to: .f32le), Pair(from: .ulaw, to: .s16le),
  Pair(from: .s16le, to: .ulaw), Pair(from: .alaw, to: .f32le), Pair(from: .f32le, to: .alaw),
]

/// Samples that look like sound: a slow ramp within ±0.9, in `encoding`.
func material(_ count: Int, _ encoding: SampleEncoding) -> [UInt8] {
  let ramp = (0..<count).map { Float($0 % 997) / 997 * 1.8 - 0.9 }
  var bytes = [UInt8](repeating: 0, count: count * encoding.byteCount)
  var converter = SampleConverter(from: SampleEncoding(.float32), to: encoding, dither: false)
  var span = bytes.mutableSpan
  var target = unsafe span.mutableBytes
  unsafe converter.convert(ramp.span.bytes, into: &target)
  return bytes
}

/// Seconds of one run: the shortest of some short ones, so that a busy machine matters less.
func seconds(_ repeats: Int, _ body: () -> Void) -> Double {
  let clock = ContinuousClock()
  let elapsed = clock.measure { for _ in 0..<repeats { body() } }.components
  return (Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18) / Double(repeats)
}

func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

/// Median seconds of converting `count` samples and of copying as many bytes, runs interleaved.
func measure(_ pair: Pair, _ count: Int) -> (conversion: Double, copy: Double) {
  let source = material(count, pair.from)
  var target = [UInt8](repeating: 0, count: count * pair.to.byteCount)
  let half = (source.count + target.count) / 2
  let copySource = [UInt8](repeating: 1, count: half)
  var copyTarget = [UInt8](repeating: 0, count: half)
  var converter = SampleConverter(from: pair.from, to: pair.to, dither: pair.dither)
  let repeats = max(1, 500_000 / count)
  var conversions: [Double] = []
  var copies: [Double] = []
  for _ in 0..<41 {
    conversions.append(
      seconds(repeats) {
        var span = target.mutableSpan
        var bytes = unsafe span.mutableBytes
        unsafe converter.convert(source.span.bytes, into: &bytes)
      })
    copies.append(
      seconds(repeats) {
        unsafe copySource.withUnsafeBytes { input in
          unsafe copyTarget.withUnsafeMutableBytes { unsafe $0.copyMemory(from: input) }
        }
      })
  }
  precondition(copyTarget == copySource && converter.clippedCount == 0)
  return (median(conversions), median(copies))
}

func fixed(_ value: Double, _ places: Int) -> String {
  var scale = 1
  for _ in 0..<places { scale *= 10 }
  let whole = Int((value * Double(scale)).rounded())
  guard places > 0 else { return String(whole) }
  let fraction = String(whole % scale)
  let zeros = String(repeating: "0", count: places - fraction.count)
  return "\(whole / scale).\(zeros)\(fraction)"
}

for (title, count) in [("in the cache", 8192), ("from memory", 8_388_608)] {
  print("\n\(count) samples at a time, \(title):\n")
  print("| pair | MS/s | GB/s | memcpy GB/s | times memcpy |")
  print("| --- | ---: | ---: | ---: | ---: |")
  for pair in pairs
  where chosen.isEmpty || !chosen.isDisjoint(with: [pair.from.name, pair.to.name]) {
    let (conversion, copy) = measure(pair, count)
    let bytes = Double(count * (pair.from.byteCount + pair.to.byteCount))
    print(
      "| \(pair.name) | \(fixed(Double(count) / conversion / 1e6, 0))",
      "| \(fixed(bytes / conversion / 1e9, 2)) | \(fixed(bytes / copy / 1e9, 2))",
      "| \(fixed(conversion / copy, 2)) |")
  }
}
