import Foundation
import PCM
import SoundFile

/// Numbers that are the same in every run.
struct Dice: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}

/// Frames of an encoding, as bytes: noise where every bit counts, a quiet tone in floats.
func frames(_ count: Int, channels: Int, _ encoding: SampleEncoding, seed: UInt64 = 1) -> [UInt8] {
  var dice = Dice(seed: seed)
  let samples = count * channels
  guard encoding.isFloat else {
    return (0..<(samples * encoding.byteCount)).map { _ in UInt8.random(in: 0...255, using: &dice) }
  }
  var bytes: [UInt8] = []
  for index in 0..<samples {
    let value =
      0.5 * sin(Double(index / channels) * 0.05) + Double.random(in: -0.01...0.01, using: &dice)
    let bits =
      encoding.byteCount == 4
      ? UInt64(Float(value).bitPattern) : value.bitPattern
    let little = (0..<encoding.byteCount).map {
      UInt8(truncatingIfNeeded: bits >> (8 * UInt64($0)))
    }
    bytes += encoding == .f32be || encoding == .f64be ? little.reversed() : little
  }
  return bytes
}

/// A slow tone of 16-bit samples, which every codec likes.
func tone(_ count: Int, channels: Int) -> [UInt8] {
  (0..<(count * channels)).flatMap { index -> [UInt8] in
    let value = Int16(8000 * sin(Double(index / channels) * 0.05 + Double(index % channels)))
    return withBytes(of: value)
  }
}

func withBytes<T: BitwiseCopyable>(of value: T) -> [UInt8] {
  unsafe withUnsafeBytes(of: value) { unsafe Array($0) }
}

extension AudioFile {
  /// Everything from here to the end, in blocks of this many frames.
  func readAll(block: Int = 777) throws(AudioFileError) -> [UInt8] {
    var bytes: [UInt8] = []
    var room = [UInt8](repeating: 0, count: block * bytesPerFrame)
    while true {
      var span = room.mutableSpan
      var raw = unsafe span.mutableBytes
      let count = try read(into: &raw)
      precondition(count <= block, "\(format) \(count) \(position)")
      if count == 0 { return bytes }
      bytes += room[..<(count * bytesPerFrame)]
    }
  }
}

/// Writes a file in blocks.
func write(
  _ bytes: [UInt8], to path: String, _ format: AudioFileFormat, rate: Double = 48000,
  channels: Int, tags: AudioFileTags = AudioFileTags(), block: Int = 333
) throws(AudioFileError) {
  var options = AudioFileWriter.Options()
  options.tags = tags
  var writer = try AudioFileWriter(
    path: path, format: format, sampleRate: rate, channelCount: channels, options: options)
  try writer.writeAll(bytes, block: block)
  try writer.close()
}

extension AudioFileWriter {
  mutating func writeAll(_ bytes: [UInt8], block: Int = 333) throws(AudioFileError) {
    var index = 0
    while index < bytes.count {
      let end = min(bytes.count, index + block * bytesPerFrame)
      unsafe try write(bytes.span.bytes.extracting(index..<end))
      index = end
    }
  }
}
