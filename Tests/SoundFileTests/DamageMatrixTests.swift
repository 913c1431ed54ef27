import PCM
import TestSupport
import Testing

@testable import SoundFile

/// Every type, cut and with a byte changed in many places, from a file and from a pipe: nothing is
/// lost without a word, nothing crashes or hangs, and both ways give the same.
struct DamageMatrixTests {
  /// A type, and what its data states about itself.
  struct Kind: CustomTestStringConvertible {
    let format: AudioFileFormat
    /// Whether a changed byte of the sound is noticed.
    var hasChecksums = false
    /// Whether a cut anywhere is noticed.
    var knowsItsEnd = true
    var testDescription: String { format.name }
  }

  static let kinds = [
    Kind(format: AudioFileFormat(.wav, encoding: .s16le)),
    Kind(format: AudioFileFormat(.wav, encoding: .f32le)),
    Kind(format: AudioFileFormat(.wav, codec: .imaADPCM)),
    Kind(format: AudioFileFormat(.wav, codec: .msADPCM)),
    Kind(format: AudioFileFormat(.wav, codec: .gsm610)),
    Kind(format: AudioFileFormat(.rf64, encoding: .s24le)),
    Kind(format: AudioFileFormat(.aiff, encoding: .s16be)),
    Kind(format: AudioFileFormat(.au, encoding: .s16be)),
    Kind(format: AudioFileFormat(.caf, encoding: .s16le)),
    Kind(format: AudioFileFormat(.w64, encoding: .s16le)),
    Kind(format: AudioFileFormat(.nist, encoding: .s16le)),
    Kind(format: AudioFileFormat(.svx, encoding: .s16be)),
    Kind(format: AudioFileFormat(.htk, encoding: .s16be)),
    Kind(format: AudioFileFormat(.mat4, encoding: .s16le)),
    Kind(format: AudioFileFormat(.mat5, encoding: .f32le)),
    Kind(format: AudioFileFormat(.mpc2k, encoding: .s16le)),
    Kind(format: AudioFileFormat(.sds, encoding: .s16be)),
    Kind(format: AudioFileFormat(.voc, encoding: .u8)),
    Kind(format: AudioFileFormat(.voc, encoding: .s16le)),
    Kind(format: AudioFileFormat(.wve, codec: .pcm(.alaw))),
    Kind(format: AudioFileFormat(.flac, encoding: .s16le), hasChecksums: true),
    Kind(format: AudioFileFormat(.flac, encoding: .s24le), hasChecksums: true),
    Kind(format: AudioFileFormat(.ogg), hasChecksums: true),
    Kind(format: AudioFileFormat(.opus), hasChecksums: true),
    Kind(format: AudioFileFormat(.mp3)),
  ]

  private static let places = 40

  /// What came of one try.
  struct Outcome: Equatable {
    var bytes: [UInt8] = []
    var damage: [Damage] = []
    var trailing = 0
    var promised: Int?
    var failure: String?
    var frames = 0
    /// A pipe that begins with no header is no damaged file.
    var isRaw = false
    var isQuiet: Bool { damage.isEmpty && trailing == 0 && failure == nil && !isRaw }
  }

  private func read(_ open: () throws(AudioFileError) -> AudioFile) -> Outcome {
    var outcome = Outcome()
    let error = failure { () throws(AudioFileError) in
      let file = try open()
      outcome.promised = file.frameCount
      outcome.isRaw = file.type == .raw
      var room = [UInt8](repeating: 0, count: file.bytesPerFrame * 1000)
      while outcome.bytes.count < 1 << 21 {
        let count = try file.readFrames(&room)
        if count == 0 { break }
        outcome.bytes += room[..<(count * file.bytesPerFrame)]
        outcome.frames += count
      }
      outcome.damage = file.takeDamage()
      outcome.trailing = file.trailingByteCount
    }
    expectGoodWords(error)
    outcome.failure = error?.message
    return outcome
  }

  /// The same bytes as a file and as a pipe.
  private func readBothWays(_ bytes: [UInt8], _ kind: Kind, _ path: String) throws -> [Outcome] {
    try save(bytes, to: path)
    let type = kind.format.type
    let fromFile = read { () throws(AudioFileError) in try AudioFile(path: path) }
    guard type.canBeReadFromPipe else { return [fromFile] }
    let feeder = PipeFeeder(bytes)
    let isKnown = type.isKnownInStreams || type == .mp3
    let fromPipe = read { () throws(AudioFileError) in
      try AudioFile(feeder, type: isKnown ? nil : type)
    }
    #expect(feeder.finish() >= 0, "the writer hangs")
    return [fromFile, fromPipe]
  }

  private func make(_ kind: Kind, _ folder: TemporaryDirectory) throws -> [UInt8] {
    let path = folder.file("whole.\(kind.format.type.suffixes[0])")
    let samples = RoundTripTests.samples(kind.format, channels: 1, count: 20_000)
    try write(
      samples, to: path, kind.format, rate: RoundTripTests.rate(of: kind.format), channels: 1)
    return try contents(of: path)
  }

  @Test(arguments: kinds) func wholeFilesAreQuiet(_ kind: Kind) throws {
    let folder = try TemporaryDirectory()
    let whole = try make(kind, folder)
    let outcomes = try readBothWays(whole, kind, folder.file("a.\(kind.format.type.suffixes[0])"))
    for outcome in outcomes {
      #expect(outcome.isQuiet, "\(kind.format): \(outcome.damage) \(outcome.failure ?? "")")
      #expect(outcome.frames >= 20_000)
    }
  }

  @Test(arguments: kinds) func noCutIsSilent(_ kind: Kind) throws {
    let folder = try TemporaryDirectory()
    let whole = try make(kind, folder)
    let path = folder.file("a.\(kind.format.type.suffixes[0])")
    let complete = try readBothWays(whole, kind, path)[0]
    for place in 1...Self.places {
      let cut = Array(whole.prefix(whole.count * place / (Self.places + 1)))
      for (way, outcome) in try readBothWays(cut, kind, path).enumerated() {
        let words = "\(kind.format) cut at \(cut.count) of \(whole.count), way \(way)"
        let isLess = outcome.frames <= complete.frames || outcome.isRaw
        #expect(isLess, "\(words): more than there was")
        #expect(
          !outcome.isQuiet || outcome.frames == complete.frames,
          "\(words): \(outcome.frames) of \(complete.frames) without a word")
        let isBeginning =
          complete.bytes.starts(with: outcome.bytes) || kind.format.codec.isLossy || outcome.isRaw
        #expect(isBeginning, "\(words): other sound")
      }
    }
  }

  @Test(arguments: kinds) func noChangedByteIsSilent(_ kind: Kind) throws {
    let folder = try TemporaryDirectory()
    let whole = try make(kind, folder)
    let path = folder.file("a.\(kind.format.type.suffixes[0])")
    let complete = try readBothWays(whole, kind, path)[0]
    for place in 0..<Self.places {
      var bytes = whole
      let index = whole.count * place / Self.places + 3 * place % 7
      bytes[min(index, bytes.count - 1)] ^= 0x55
      for (way, outcome) in try readBothWays(bytes, kind, path).enumerated() {
        let words = "\(kind.format) changed at \(index) of \(whole.count), way \(way)"
        if outcome.isQuiet, let promised = outcome.promised {
          #expect(outcome.frames >= promised, "\(words): fewer than promised")
        }
        if kind.hasChecksums, outcome.isQuiet {
          let isSame = outcome.bytes == complete.bytes
          #expect(isSame, "\(words): other sound without a word")
        }
      }
    }
  }
}

extension AudioCodec {
  fileprivate var isLossy: Bool { !isLossless }
}
