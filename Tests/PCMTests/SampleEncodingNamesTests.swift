import Testing

@testable import PCM

@Suite struct SampleEncodingNamesTests {
  static let spellings: [(SampleEncoding, String)] = [
    (.u8, "u8 U8 uint8 |u1 pcm_u8 PCM_U8 paUInt8 ub"),
    (.s8, "s8 S8 int8 |i1 pcm_s8 PCM_S8 paInt8 sb"),
    (.s16le, "s16le S16LE S16_LE <i2 pcm_s16le"),
    (.s16be, "s16be S16BE S16_BE >i2 pcm_s16be"),
    (.init(.int16), "s16 S16 s16ne int16 PCM_16 paInt16 sw"),
    (.s24le, "s24le S24LE S24_3LE s24le3 pcm_s24le"),
    (.s24be, "s24be S24BE S24_3BE s24be3 pcm_s24be"),
    (.init(.int24), "s24 S24 s24ne int24 PCM_24 paInt24"),
    (.s32le, "s32le S32LE S32_LE <i4 pcm_s32le"),
    (.s32be, "s32be S32BE S32_BE >i4 pcm_s32be"),
    (.init(.int32), "s32 S32 s32ne int32 PCM_32 paInt32 sl"),
    (.f32le, "f32le F32LE FLOAT_LE float32le <f4 pcm_f32le"),
    (.f32be, "f32be F32BE FLOAT_BE float32be >f4 pcm_f32be"),
    (.init(.float32), "f32 F32 float FLOAT float32 float32ne flt paFloat32"),
    (.f64le, "f64le F64LE FLOAT64_LE <f8 pcm_f64le"),
    (.f64be, "f64be F64BE FLOAT64_BE >f8 pcm_f64be"),
    (.init(.float64), "f64 F64 float64 double DOUBLE dbl"),
    (.ulaw, "ulaw ULAW mulaw MU_LAW pcm_mulaw ul"),
    (.alaw, "alaw ALAW A_LAW pcm_alaw al"),
  ]

  @Test(arguments: spellings)
  func everySpelling(_ encoding: SampleEncoding, _ names: String) throws {
    for name in names.split(separator: " ") {
      #expect(try SampleEncoding(parsing: String(name)) == encoding, "\(name)")
      #expect(try SampleEncoding(parsing: name.uppercased()) == encoding, "\(name)")
      #expect(try SampleEncoding(parsing: name.lowercased()) == encoding, "\(name)")
    }
  }

  @Test(arguments: SampleEncoding.allCases)
  func ownNamesComeBack(_ encoding: SampleEncoding) throws {
    #expect(try SampleEncoding(parsing: encoding.name) == encoding)
    #expect("\(encoding)" == encoding.name)
  }

  @Test(arguments: [
    ("S24_LE", "'S24_LE' has four bytes a sample, did you mean S24_3LE?"),
    ("S24_32LE", "'S24_32LE' has four bytes a sample, did you mean S24_3LE?"),
    ("s24-32le", "'s24-32le' has four bytes a sample, did you mean S24_3LE?"),
    ("s24le4lsb", "'s24le4lsb' has four bytes a sample, did you mean S24_3LE?"),
    ("s24_be", "'s24_be' has four bytes a sample, did you mean S24_3BE?"),
    ("i8", "ambiguous sample format 'i8', did you mean u8, s8 or s16le?"),
    ("f4", "ambiguous sample format 'f4', did you mean s32le or f32le?"),
    ("f8", "ambiguous sample format 'f8', did you mean f64le or f64be?"),
    ("16", "ambiguous sample format '16', did you mean s16le or s16be?"),
    ("s16-le", "unknown sample format 's16-le', did you mean s16le?"),
    (
      "s17",
      "unknown sample format 's17', try u8, s8, s16le, s24le, s32le, f32le, f64le, "
        + "the same ending in be, ulaw or alaw"
    ),
  ])
  func refusals(_ name: String, _ message: String) {
    #expect(throws: SampleEncodingError(description: message)) {
      try SampleEncoding(parsing: name)
    }
  }

  @Test(arguments: [
    "", " ", "cd", "dat", "s16le ", "s_16le", "u16le", "u24", "<i8", "|i2", "i2", "le", "f16le",
    "s16_3le", "s24_3", "float16", "mp3", "ſ16le", "s16le\n",
  ])
  func otherRefusals(_ name: String) {
    let error = #expect(throws: SampleEncodingError.self) {
      try SampleEncoding(parsing: name)
    }
    #expect(error?.description.contains(where: \.isNewline) == false)
  }
}
