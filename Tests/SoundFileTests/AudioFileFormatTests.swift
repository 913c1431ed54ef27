import PCM
import Testing

@testable import SoundFile

struct AudioFileFormatTests {
  @Test func recordingsGetWhatTheirTypeHoldsBest() {
    let expected: [AudioFileType: String] = [
      .wav: "s24le", .au: "s24be", .aiff: "s24be", .caf: "s24be", .w64: "s24le", .rf64: "s24le",
      .flac: "s24le", .wavex: "f32le", .nist: "s32le", .ogg: "vorbis", .opus: "opus", .mp3: "mp3",
      .raw: "f32le", .svx: "s16be",
      .wve: "alaw", .xi: "dpcm_16",
    ]
    for (type, codec) in expected { #expect(AudioFileFormat(type).codec.name == codec, "\(type)") }
  }

  @Test func sourcesKeepTheirSamplesInTheTypesOwnByteOrder() {
    let kept: [(AudioCodec, AudioFileType, String)] = [
      (.pcm(.s16be), .wav, "s16le"), (.pcm(.s16le), .aiff, "s16be"), (.pcm(.s8), .wav, "u8"),
      (.pcm(.u8), .au, "s8"), (.pcm(.u8), .flac, "s8"), (.pcm(.s32le), .flac, "s24le"),
      (.pcm(.f64le), .wav, "f64le"), (.pcm(.ulaw), .wav, "ulaw"), (.pcm(.ulaw), .flac, "s16le"),
      (.vorbis, .wav, "f32le"), (.vorbis, .flac, "s24le"), (.alac24, .caf, "alac_24"),
      (.alac24, .wav, "s24le"), (.imaADPCM, .wav, "ima_adpcm"), (.imaADPCM, .flac, "s16le"),
      (.pcm(.s16le), .ogg, "vorbis"), (.pcm(.s16be), .raw, "s16be"), (.opus, .raw, "f32le"),
    ]
    for (codec, type, name) in kept {
      let format = AudioFileFormat(type, keeping: codec)
      #expect(format.codec.name == name, "\(codec) in \(type)")
      #expect(format.isWritable)
    }
  }

  @Test func everyTypeHasAFormatThatCanBeWritten() throws {
    for type in AudioFileType.allCases {
      let format = AudioFileFormat(type)
      #expect(format.isWritable, "\(format)")
      let rate = RoundTripTests.rate(of: format)
      try format.check(sampleRate: rate, channelCount: 1)
    }
  }

  @Test func refusalsSayWhatWouldWork() {
    let text = failure { () throws(AudioFileError) in
      try AudioFileFormat(.flac, encoding: .f32le).check(sampleRate: 48000, channelCount: 2)
    }
    #expect(text?.message == "flac cannot hold f32le, it holds s8, s16le, s24le")
    let stereo = failure { () throws(AudioFileError) in
      try AudioFileFormat(.mp3).check(sampleRate: 48000, channelCount: 3)
    }
    #expect(stereo?.message == "mp3 mp3 cannot hold 3 channels at 48000 Hz, at most 2")
  }
}
