import ArgumentParser
import Platform
import SoundTool
import Testing

@testable import DeviceTool

@Suite struct StartTimeOptionsTests {
  private func startTime(_ words: String...) throws -> Double? {
    try StartTimeOptions.parse(words).startTime()
  }

  @Test func aTimeFromNowIsAhead() throws {
    let before = Double(wallNanoseconds()) / 1e9
    let time = try #require(try startTime("--at", "+3600"))
    let after = Double(wallNanoseconds()) / 1e9
    #expect((before + 3600...after + 3600).contains(time))
    #expect(try startTime() == nil)
  }

  @Test func aTimeThatHasPassedIsRefused() {
    #expect(throws: ToolError.usage("--at", "that time has passed")) {
      try startTime("--at", "2001-01-01T00:00:00")
    }
  }
}
