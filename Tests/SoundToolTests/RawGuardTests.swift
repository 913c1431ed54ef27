import PCM
import TestSupport
import Testing

@testable import SoundTool

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A corpus of both kinds: f32le that must pass, and everything else, which must not sound.
@Suite struct RawGuardTests {
  private func accepts(_ judge: inout RawGuard, _ bytes: [UInt8], isLast: Bool = false) -> Bool {
    unsafe judge.accepts(bytes.span.bytes, isLast: isLast)
  }

  /// Whether the guard lets bytes pass in blocks of this size.
  private func passes(_ bytes: [UInt8], block: Int = 8192) -> Bool {
    var judge = RawGuard()
    for start in stride(from: 0, to: bytes.count, by: block) {
      let end = min(start + block, bytes.count)
      let isLast = end == bytes.count
      guard accepts(&judge, Array(bytes[start..<end]), isLast: isLast) else { return false }
    }
    return true
  }

  private func f32(_ samples: [Double]) -> [UInt8] { bytes(of: samples.map { Float($0) }) }

  private func encoded(_ samples: [Double], _ encoding: SampleEncoding) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: samples.count * encoding.byteCount)
    var converter = SampleConverter(from: .f64le, to: encoding, dither: false)
    let source = bytes(of: samples)
    var target = result.mutableSpan
    var room = unsafe target.mutableBytes
    converter.convert(unsafe source.span.bytes, into: &room)
    return result
  }

  // MARK: Sound

  /// Stereo sounds at 48 kHz: name and samples, interleaved.
  private static let sounds: [(name: String, samples: [Double])] = {
    let rate = 48_000.0
    func stereo(_ make: (Double) -> (Double, Double)) -> [Double] {
      (0..<2400).flatMap { frame in
        let (left, right) = make(Double(frame) / rate)
        return [left, right]
      }
    }
    func tone(_ hertz: Double, _ level: Double) -> [Double] {
      stereo { (level * sin(2 * .pi * hertz * $0), level * sin(2 * .pi * hertz * 1.5 * $0 + 1)) }
    }
    var generator = SeededGenerator(seed: 7)
    var noise: [Double] = []
    for _ in 0..<4800 { noise.append(Double.random(in: -1...1, using: &generator)) }
    let speech = stereo { time in
      let syllable = max(0, sin(2 * .pi * 4 * time))
      let voice = (1...20).reduce(0.0) { $0 + sin(2 * .pi * 120 * Double($1) * time) / Double($1) }
      return (0.2 * syllable * voice, 0.15 * syllable * voice)
    }
    var sounds: [(String, [Double])] = []
    for hertz in [20.0, 440, 997, 5000, 15_000] {
      for level in [1.0, 0.5, 0.1, 0.01, 3e-5] {
        sounds.append(("\(hertz) Hz at \(level)", tone(hertz, level)))
      }
    }
    sounds += [
      ("noise", noise), ("quiet noise", noise.map { $0 * 1e-4 }), ("speech", speech),
      ("speech and hiss", zip(speech, noise).map { $0 + 1e-4 * $1 }),
      (
        "mono on two channels",
        stereo { (0.3 * sin(2 * .pi * 300 * $0), 0.3 * sin(2 * .pi * 300 * $0)) }
      ),
      ("left only", stereo { (0.3 * sin(2 * .pi * 300 * $0), 0) }),
      (
        "sweep",
        stereo {
          (0.5 * sin(2 * .pi * (20 + 4000 * $0) * $0), 0.5 * cos(2 * .pi * (20 + 4000 * $0) * $0))
        }
      ),
    ]
    return sounds
  }()

  private static let extremes: [(name: String, samples: [Double])] = {
    let loud = sounds[2].samples
    return [
      ("peaks of +20 dB", loud.map { $0 * 10 }),
      ("a decay to 1e-30", loud.enumerated().map { $1 * pow(10, -30 * Double($0) / 4800) }),
      ("silence, then sound", [Double](repeating: 0, count: 20_000) + loud),
      ("a NaN here and there", loud.enumerated().map { $0 % 97 == 3 ? .nan : $1 }),
      ("infinities here and there", loud.enumerated().map { $0 % 50 == 3 ? .infinity : $1 }),
      ("a square wave of full scale", (0..<12_000).map { $0 / 100 % 2 == 0 ? 1 : -1 }),
      ("direct current", [Double](repeating: 0.5, count: 4096)),
      ("clicks", (0..<12_000).map { $0 % 4000 == 5 ? 0.9 : 0 }),
      ("nothing but zeros", [Double](repeating: 0, count: 48_000)),
      ("one frame", [0.1, -0.1]), ("nothing", []),
    ]
  }()

  @Test func soundPasses() {
    var refused: [String] = []
    let all = Self.sounds + Self.extremes
    for (name, samples) in all {
      for block in [8192, 512, 8] where !passes(f32(samples), block: block) {
        refused.append("\(name), in blocks of \(block) bytes")
      }
    }
    print("raw guard: \(refused.count) of \(3 * all.count) sounds refused")
    #expect(refused == [])
  }

  // MARK: Everything else

  @Test(arguments: [
    SampleEncoding.s8, .u8, .s16le, .s16be, .s24le, .s24be, .s32le, .s32be, .f64le, .f64be, .f32be,
    .ulaw, .alaw,
  ])
  func anotherEncodingIsRefused(_ encoding: SampleEncoding) {
    var passed: [String] = []
    var misnamed: [String] = []
    // As they come from the microphone, and from a file of 16 bits.
    for (name, samples) in Self.sounds {
      for bits in [16.0, 24] {
        let coarse = samples.map { ($0 * pow(2, bits - 1)).rounded() / pow(2, bits - 1) }
        let data = encoded(coarse, encoding)
        guard data.contains(where: { $0 != encoding.silentByte }) else { continue }
        for block in [8192, 512] where passes(data, block: block) {
          passed.append("\(name), \(bits) bits, in blocks of \(block) bytes")
        }
        guard bits == 16 else { continue }
        let likeness = RawLikeness(Array(data.prefix(4096)))
        if likeness != .encoding(encoding) {
          misnamed.append("\(name): \(likeness?.description ?? "-")")
        }
      }
    }
    let count = 4 * Self.sounds.count
    print(
      "raw guard: \(passed.count) of \(count) \(encoding.name) pass, "
        + "\(misnamed.count) of \(count / 4) misnamed")
    // A loud A-law byte happens to be the exponent of a small float, and f64 of one or two steps
    // of 16 bits a square wave.
    let isHard = encoding == .alaw || encoding == .f64le
    #expect(passed.count <= (isHard ? count / 8 : 0), "\(passed)")
    #expect(misnamed.count <= count / 8, "\(misnamed)")
  }

  @Test func floatsScaledTo32768AreRefusedAndNamed() {
    for (name, samples) in Self.sounds where samples.contains(where: { abs($0) > 0.005 }) {
      let data = f32(samples.map { $0 * 32768 })
      #expect(!passes(data), "\(name)")
      #expect(RawLikeness(Array(data.prefix(4096))) == .scaledFloat, "\(name)")
    }
  }

  @Test func textAndCompressedDataAreRefusedAndNamed() {
    let text = "It was a bright cold day in April, and the clocks were striking thirteen.\n"
    for text in [String(repeating: text, count: 50), "<html><body>404 Not Found</body></html>\n"] {
      #expect(!passes(Array(text.utf8)))
      #expect(RawLikeness(Array(text.utf8)) == .text)
    }
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<20 {
      let data = (0..<8192).map { _ in UInt8.random(in: 0...255, using: &generator) }
      #expect(!passes(data) && !passes(data, block: 256))
      #expect(RawLikeness(Array(data.prefix(4096))) == .compressed)
    }
  }

  @Test func whatIsLiveIsJudgedByWhatThereIs() {
    // 64 frames of s16le, and then no more for a while.
    let data = encoded(Self.sounds[2].samples, .s16le)
    var judge = RawGuard()
    let isAccepted = accepts(&judge, Array(data.prefix(256)))
    #expect(!isAccepted)
    // One odd sample alone is no evidence; it is when nothing follows.
    var single = RawGuard()
    let first = accepts(&single, f32([.nan, 0]))
    let last = accepts(&single, [], isLast: true)
    #expect(first && !last)
  }

  @Test func afterTheFirstThousandNothingIsLookedAt() {
    var judge = RawGuard()
    let first = accepts(&judge, f32(Self.sounds[0].samples))
    #expect(first && judge.isSatisfied)
    let second = accepts(&judge, [UInt8](repeating: 0xFF, count: 4096))
    #expect(second)
  }
}
