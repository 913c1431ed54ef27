import ArgumentParser
import PCM
import SoundFile
import SoundTool
import Testing

@testable import DeviceTool

/// What options become; the environment's part is tested with the programs.
@Suite struct DuplexOptionsTests {
  @Test func aMapNamesEachChannelOnce() throws {
    let maps = try DuplexMapOptions.parse(["--input-map", "2,1"]).maps()
    #expect(maps.input?.channels == [2, 1] && maps.output == nil)
    #expect(throws: ToolError.usage("--output-map 1,1", "channel 1 twice, each may be mapped once"))
    {
      try DuplexMapOptions.parse(["--output-map", "1,1"]).maps()
    }
  }

  @Test func aWireTakesShapeAndFormat() throws {
    var plan = WirePlan()
    try WireFormatOptions.parse(["-r", "44.1k", "-c", "1,2", "-f", "s16"]).apply(to: &plan)
    #expect(plan.duplex.rate == 44_100 && plan.encoding == .s16le)
    #expect(plan.duplex.channelCounts == DuplexPair(input: 1, output: 2))
  }

  @Test func theRateOfAFormatCountsUnlessOneIsStated() throws {
    #expect(try DuplexFormatOptions.parse(["-f", "cd"]).rate == 44_100)
    #expect(try DuplexFormatOptions.parse(["-f", "cd", "-r", "48k"]).rate == 48_000)
    #expect(try DuplexFormatOptions.parse([]).rate == nil)
  }

  @Test func rawInputHasTheChannelsThatAreForTheOutput() throws {
    let options = try DuplexFormatOptions.parse(["-c", "1,4", "-t", "raw"])
    #expect(try options.reading().raw.channelCount == 4)
    #expect(try options.inputChannelCount(isRaw: true) == 1)
    #expect(options.type == .named(.raw))
  }

  @Test func aRoundTripIsAWordOrANumber() throws {
    #expect(try Words.compensation("AUTO") == .automatic)
    #expect(try Words.compensation("measure") == .measured)
    #expect(try Words.compensation("512") == .frames(512))
    #expect(throws: InvalidValue.self) { try Words.compensation("some") }
  }
}
