import ArgumentParser
import SoundFile
import SoundTool
import Testing

@testable import DeviceTool

@Suite struct ReportOptionsTests {
  @Test func aFeedThatIsNotOpenIsRefused() throws {
    #expect(throws: ToolError.usage("--status-fd 9999", "not open")) {
      try ReportOptions.parse(["--status-fd", "9999"]).plan(hasFile: false)
    }
  }

  @Test func aFeedDoesNotGoWhereTheSoundGoes() throws {
    let options = try ReportOptions.parse(["--status-fd", "1"])
    #expect(throws: ToolError.usage("--status-fd 1", "standard output carries the sound")) {
      try options.plan(hasFile: false, output: OutputPlan(path: nil, type: .named(.raw)))
    }
    #expect(try options.plan(hasFile: true).descriptor == 1)
  }

  @Test func aDescriptorIsANumber() throws {
    #expect(try Words.descriptor("3") == 3)
    for text in ["-1", "out", "", "99999999999"] {
      #expect(throws: InvalidValue("not a descriptor's number")) { try Words.descriptor(text) }
    }
  }
}
