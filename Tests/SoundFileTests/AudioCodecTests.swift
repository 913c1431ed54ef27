import CSndFile
import PCM
import Testing

@testable import SoundFile

struct AudioCodecTests {
  @Test func namesAreReadBack() throws {
    for codec in AudioCodec.allCases {
      #expect(try AudioCodec(parsing: codec.name) == codec)
    }
    #expect(try AudioCodec(parsing: "S16_LE") == .pcm(.s16le))
    let error = failure { () throws(AudioFileError) in _ = try AudioCodec(parsing: "S24_LE") }
    #expect(error?.message.contains("S24_3LE") == true)
    #expect(Set(AudioCodec.allCases.map(\.name)).count == AudioCodec.allCases.count)
  }

  @Test func everySubtypeOfLibsndfileHasAName() {
    for subtype in sndFileFormats(SFC_GET_FORMAT_SUBTYPE_COUNT, SFC_GET_FORMAT_SUBTYPE) {
      #expect(AudioCodec(subFormat: subtype, isBigEndian: false) != nil, "\(subtype)")
    }
  }
}

func majorFormats() -> [CInt] { sndFileFormats(SFC_GET_FORMAT_MAJOR_COUNT, SFC_GET_FORMAT_MAJOR) }

/// What libsndfile lists.
func sndFileFormats(_ countCommand: Int, _ command: Int) -> [CInt] {
  var count: CInt = 0
  unsafe sf_command(nil, CInt(countCommand), &count, CInt(MemoryLayout<CInt>.size))
  return (0..<count).map { index in
    var info = unsafe SF_FORMAT_INFO()
    unsafe info.format = index
    unsafe sf_command(nil, CInt(command), &info, CInt(MemoryLayout<SF_FORMAT_INFO>.size))
    return unsafe info.format
  }
}
