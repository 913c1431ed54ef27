import PCM
import SoundFile
import Testing

@testable import SoundTool

@Suite struct WordsTests {
  @Test(arguments: [
    ("44100", 44100.0), ("44.1k", 44100), ("48K", 48000), ("22.05k", 22050), ("1000", 1000),
    ("0.5k", 500), ("192k", 192000), (".008k", 8),
  ])
  func ratesThatAreMeant(_ text: String, _ rate: Double) throws {
    #expect(try Words.rate(text) == rate)
  }

  @Test func aBareNumberBelow1000IsTakenForAMistake() {
    #expect(complaint { try Words.rate("48") } == "a rate below 1000 Hz, did you mean 48k?")
    #expect(complaint { try Words.rate("999") } != nil)
  }

  @Test(arguments: [
    "", "k", ".", "-44100", "+44100", "44,1k", "44.1 k", "1e5", "0x10", "inf", "nan", "44100.5",
    "0k",
    "44100Hz", "1..2", "99999999999",
  ])
  func ratesThatAreNone(_ text: String) {
    #expect(complaint { try Words.rate(text) } != nil)
  }

  @Test func channelAndFrameCounts() throws {
    #expect(try Words.channelCount("2") == 2)
    #expect(try Words.frameCount("0") == 0)
    for text in ["0", "-1", "", "1.5", "1025", "two"] {
      #expect(complaint { try Words.channelCount(text) } != nil, "\(text)")
    }
    for text in ["-1", "", "1.5", "99999999999999999999"] {
      #expect(complaint { try Words.frameCount(text) } != nil, "\(text)")
    }
  }

  @Test func typesAndInputKinds() throws {
    #expect(try Words.type("auto") == .auto)
    #expect(try Words.type("WAV") == .named(.wav))
    #expect(complaint { try Words.type("doc") }?.contains("wav") == true)

    let whole = try Words.inputKind("S16_LE:44.1k:1")
    #expect(whole.type == .raw)
    #expect(whole.raw == RawFormat(encoding: .s16le, rate: 44100, channelCount: 1))
    #expect(try Words.inputKind("s16le").raw == RawFormat(encoding: .s16le))
    #expect(try Words.inputKind("mp3").type == .mp3)
    #expect(try Words.inputKind("raw").raw.isEmpty)
    for text in ["", ":", "s16le:", "s16le:44", "s16le:44100:0", "s16le:44100:2:x", "s17"] {
      #expect(complaint { try Words.inputKind(text) } != nil, "\(text)")
    }
  }

  @Test func formatsMayBeNamedAsArecordNamesThem() throws {
    #expect(
      try Words.format("cd") == RawFormat(encoding: .s16le, rate: 44_100, channelCount: 2))
    #expect(
      try Words.format("DAT") == RawFormat(encoding: .s16le, rate: 48_000, channelCount: 2))
    #expect(try Words.format("S24_3BE") == RawFormat(encoding: .s24be))
    #expect(
      try Words.inputKind("cd:8000:1").raw
        == RawFormat(encoding: .s16le, rate: 8000, channelCount: 1))
  }

  @Test func latenciesAndPolicies() throws {
    #expect(try Words.latency("LOW") == .low)
    #expect(try Words.latency("20ms") == .time(.seconds(0.02)))
    #expect(complaint { try Words.latency("middle") }?.contains("low, high") == true)
    #expect(try Words.xrun("abort") == .abort)
    #expect(complaint { try Words.xrun("never") } == "not one of ignore, warn, fail, abort")
    #expect(try Words.blockSize("0") == 0)
    #expect(complaint { try Words.blockSize("many") } != nil)
  }

  @Test func pairsAreInputThenOutput() throws {
    #expect(try Words.channelCounts("1,2") == DuplexPair(input: 1, output: 2))
    #expect(try Words.channelCounts("2") == DuplexPair(input: 2, output: 2))
    #expect(try Words.latencies("low,20ms").output == .time(.seconds(0.02)))
    for text in ["1,2,3", "1,", ",1", ""] {
      #expect(complaint { try Words.channelCounts(text) } != nil, "\(text)")
    }
  }

  @Test func rawFormatsCompleteEachOther() {
    let stated = RawFormat(encoding: .s16le)
    let rest = RawFormat(encoding: .u8, rate: 8000)
    #expect(stated.completed(by: rest) == RawFormat(encoding: .s16le, rate: 8000))
    #expect(RawFormat().resolved.description == "f32le, 48000 Hz, 2 channels")
    #expect(stated.completed(by: rest).resolved.description == "s16le, 8000 Hz, 2 channels")
  }
}

/// What a function complains about, or nil.
func complaint<T>(_ body: () throws -> T) -> String? {
  do {
    _ = try body()
    return nil
  } catch {
    return (error as? InvalidValue)?.text
  }
}
