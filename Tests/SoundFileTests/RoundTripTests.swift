import PCM
import TestSupport
import Testing

@testable import SoundFile

/// Every type with every codec it can hold, from files and from pipes.
struct RoundTripTests {
  static let formats: [AudioFileFormat] = AudioFileType.allCases.flatMap { type in
    AudioCodec.allCases.map { AudioFileFormat(type, codec: $0) }.filter(\.isWritable)
  }

  static func rate(of format: AudioFileFormat) -> Double {
    switch format.type {
    case .wve: 8000
    case .voc, .xi: 44100
    case .htk: 50000
    default: format.codec == .gsm610 ? 8000 : 48000
    }
  }

  static func channelCounts(of format: AudioFileFormat) -> [Int] {
    [1, 2, 3].filter {
      format.isValid(sampleRate: rate(of: format), channelCount: $0)
    }
  }

  /// What a file of this format can hold: quiet where a codec makes it so.
  static func samples(_ format: AudioFileFormat, channels: Int, count: Int = 1500) -> [UInt8] {
    switch format.codec {
    case .pcm(let encoding): return frames(count, channels: channels, encoding)
    default:
      let source = tone(count, channels: channels)
      let samples = stride(from: 0, to: source.count, by: 2).map {
        Int16(truncatingIfNeeded: Int(source[$0]) | Int(source[$0 + 1]) << 8)
      }
      return samples.flatMap { sample -> [UInt8] in
        switch format.deliveredEncoding.format {
        case .int8: [UInt8(truncatingIfNeeded: sample >> 8)]
        case .int24: Array(withBytes(of: Int32(sample) << 8)[..<3])
        case .int32: withBytes(of: Int32(sample) << 16)
        case .float32: withBytes(of: Float(sample) / 32768)
        default: withBytes(of: format.codec == .dwvw12 ? sample & ~15 : sample)
        }
      }
    }
  }

  static func fillsUp(_ format: AudioFileFormat) -> Bool {
    switch (format.type, format.codec) {
    case (.sds, _), (.voc, .pcm(.ulaw)), (.voc, .pcm(.alaw)): true
    case (.raw, .dwvw12), (.raw, .dwvw16), (.raw, .dwvw24): true
    default: false
    }
  }

  @Test(arguments: formats)
  func fileGivesBackWhatWasWritten(format: AudioFileFormat) throws {
    let folder = try TemporaryDirectory()
    for channels in Self.channelCounts(of: format) {
      let path = folder.file("take\(channels).\(format.type.suffixes[0])")
      let written = Self.samples(format, channels: channels)
      let rate = Self.rate(of: format)
      try write(written, to: path, format, rate: rate, channels: channels)
      let raw = RawDescription(codec: format.codec, sampleRate: rate, channelCount: channels)
      let file = try AudioFile(path: path, type: format.type == .raw ? .raw : nil, raw: raw)
      let isSame = file.format == format || file.type == .wav && format.type == .wavex
      #expect(isSame, "\(file.format) for \(format)")
      #expect(file.channelCount == channels)
      if format.type != .voc { #expect(file.sampleRate == rate) }
      let read = try file.readAll()
      if format.codec.isLossless {
        // Some types do not state where the last block ends, so it comes back padded.
        #expect(read.starts(with: written), "\(format) in \(channels) channels")
        #expect(read.count == written.count || Self.fillsUp(format))
      } else {
        // Speech codecs fill up their last block; the lossy ones of today know where they end.
        let extra = (read.count - written.count) / file.bytesPerFrame
        let most = file.encoding.isFloat ? 0 : 4096
        #expect((0...most).contains(extra), "\(format): \(read.count) for \(written.count) bytes")
      }
      if !Self.fillsUp(format) { #expect(file.frameCount == read.count / file.bytesPerFrame) }
    }
  }

  @Test(arguments: formats.filter { $0.type.canBeReadFromPipe })
  func pipeGivesTheFramesOfTheFile(format: AudioFileFormat) throws {
    let folder = try TemporaryDirectory()
    let path = folder.file("take.\(format.type.suffixes[0])")
    for channels in Self.channelCounts(of: format) {
      let rate = Self.rate(of: format)
      try write(
        Self.samples(format, channels: channels), to: path, format, rate: rate, channels: channels)
      let raw = RawDescription(codec: format.codec, sampleRate: rate, channelCount: channels)
      let isSniffed = ![.raw, .mp3].contains(format.type) && format.type.isKnownInStreams
      let type = format.type == .wavex ? .wav : format.type
      let file = try AudioFile(path: path, type: type, raw: raw)
      let expected = try file.readAll()
      let bytes = try contents(of: path)
      for singles in [0, 150] {
        let feeder = PipeFeeder(bytes, singles: singles, piece: singles == 0 ? 1 << 16 : 997)
        let stream = try AudioFile(feeder, type: isSniffed ? nil : type, raw: raw)
        #expect(stream.format == file.format)
        #expect(stream.sampleRate == file.sampleRate)
        #expect(stream.channelCount == file.channelCount)
        let read = try stream.readAll()
        let isSame =
          Self.fillsUp(format) ? read.starts(with: expected.dropLast(999)) : read == expected
        #expect(isSame, "\(format) in \(channels): \(read.count) for \(expected.count) bytes")
        #expect(feeder.finish() == bytes.count, "the writer was left alone")
      }
    }
  }
}

extension AudioFileType {
  /// Types that are detected in a stream.
  var isKnownInStreams: Bool {
    switch self {
    case .wav, .wavex, .rf64, .aiff, .au, .caf, .w64, .flac, .ogg, .opus: true
    default: false
    }
  }
}
