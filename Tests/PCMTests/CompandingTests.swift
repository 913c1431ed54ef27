import PCM
import Testing

@Suite struct CompandingTests {
  private let codes = Array(UInt8.min...UInt8.max)
  private let samples = Array(Int16.min...Int16.max)

  /// FNV-1a, to compare whole tables.
  private func hash(_ bytes: [UInt8]) -> UInt64 {
    bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }

  private func encoded(_ encoding: SampleEncoding) -> [UInt8] {
    convert(bytes(samples), .init(.int16), encoding).bytes
  }

  /// The decoding tables of libsndfile, sox and ffmpeg, which agree.
  @Test func decodesLikeThePeers() {
    #expect(hash(convert(codes, .ulaw, .s16le).bytes) == 0xB91E_65D6_8481_A1A8)
    #expect(hash(convert(codes, .alaw, .s16le).bytes) == 0x693A_40CA_62A3_D2A5)
  }

  /// libsndfile's encoding table, except that it turns -32768 into the largest positive code.
  @Test func encodesLikeLibsndfile() {
    #expect(hash(encoded(.ulaw)) == 0x94D7_5252_14C7_5EB2)
    #expect(hash(encoded(.alaw)) == 0xEDB1_228B_3FFE_13DA)
    #expect(encoded(.ulaw).first == 0x00)
    #expect(encoded(.alaw).first == 0x2A)
  }

  @Test func isG711() {
    #expect(
      convert(codes, .ulaw, .init(.int16)).bytes
        == bytes(codes.map { Int16(ulawDecoded($0)) }))
    #expect(
      convert(codes, .alaw, .init(.int16)).bytes
        == bytes(codes.map { Int16(alawDecoded($0)) }))
    #expect(encoded(.ulaw) == samples.map { ulawEncoded(Int($0)) })
    #expect(encoded(.alaw) == samples.map { alawEncoded(Int($0)) })
  }

  @Test func codesComeBack() {
    // ulaw has two zeros.
    let again = codes.map { $0 == 0x7F ? 0xFF : $0 }
    for between in [SampleEncoding.s16be, .s24le, .s32le, .f32le, .f64be] {
      #expect(convert(convert(codes, .ulaw, between).bytes, between, .ulaw).bytes == again)
      #expect(convert(convert(codes, .alaw, between).bytes, between, .alaw).bytes == codes)
    }
  }

  @Test func ignoresDither() {
    let floats = bytes((0..<1000).map { Float($0) / 1000 })
    for encoding in [SampleEncoding.ulaw, .alaw] {
      #expect(
        convert(floats, .init(.float32), encoding, dither: true).bytes
          == convert(floats, .init(.float32), encoding).bytes)
    }
  }
}
