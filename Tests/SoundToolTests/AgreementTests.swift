import PCM
import SoundFile
import TestSupport
import Testing

@testable import SoundTool

@Suite struct AgreementTests {
  let folder: TemporaryDirectory
  init() throws { folder = try TemporaryDirectory() }

  private func source(
    _ name: String, _ encoding: SampleEncoding, rate: Double = 48000, channels: Int = 2
  ) throws -> AudioSource {
    try folder.write([], to: name)
    var options = AudioSource.Options()
    options.raw = RawFormat(encoding: encoding, rate: rate, channelCount: channels)
    return try AudioSource(folder.file(name), options)
  }

  @Test func theNarrowestEncodingThatHoldsAll() throws {
    let s16 = try source("a.raw", .s16le)
    let s24 = try source("b.raw", .s24be)
    let f32 = try source("c.raw", .f32le)
    let s32 = try source("d.raw", .s32le)
    #expect([s16].commonEncoding == .s16le)
    #expect([s16, s24].commonEncoding == .s24be)
    #expect([s24, s16].commonEncoding == .s24be)
    #expect([s24, f32].commonEncoding == .f32le)
    #expect([f32, s32].commonEncoding == .f64le)
    #expect([AudioSource]().commonEncoding == nil)
  }

  @Test func whatDiffersIsNamedWithBothInputs() throws {
    let a = try source("a.raw", .s16le)
    let b = try source("b.raw", .s16le, rate: 44100, channels: 1)
    let error = #expect(throws: ToolError.self) {
      try [a, b].checkAgreement(rate: true, channelCount: true)
    }
    #expect(
      error?.message == "\(b.name): 44100 Hz, 1 channel, but \(a.name) has 48000 Hz, 2 channels; "
        + "make them the same with -r and -c")
    let rates = #expect(throws: ToolError.self) {
      try [a, b].checkAgreement(rate: true, channelCount: false)
    }
    #expect(rates?.message.hasSuffix("has 48000 Hz; make them the same with -r") == true)
    try [a, b].checkAgreement(rate: false, channelCount: false)
    try [a, a].checkAgreement(rate: true, channelCount: true)
  }

  @Test func aTypeKeepsWhatItCanHold() throws {
    let s24 = try source("a.raw", .s24be)
    #expect([s24].keptFormat(in: .raw).codec == .pcm(.s24le))
    #expect([try source("d.raw", .ulaw)].keptFormat(in: .raw).codec == .pcm(.ulaw))
    #expect([s24].keptFormat(in: .wav).codec == .pcm(.s24le))
    #expect([s24].keptFormat(in: .ogg).codec == .vorbis)
    #expect([try source("c.raw", .f64le)].keptFormat(in: .au).codec == .pcm(.f64be))
  }
}
