import ArgumentParser
import PCM
import SoundTool
import Testing

@testable import DeviceTool

/// What options become; the environment's part is tested with the programs.
@Suite struct TimingOptionsTests {
  @Test func timesAreSecondsAndTheRestIsAsGiven() throws {
    let options = try StreamingOptions.parse(
      ["-b", "256", "--stall", "500ms", "--wait", "48000f", "--xrun", "fail"])
    let plan = try options.plan(BufferOptions.parse(["-B", "2"]))
    #expect(plan.blockSize == 256 && plan.stallSeconds == 0.5 && plan.waitSeconds == 1)
    #expect(plan.xrun == .fail && plan.buffer == .seconds(2))
    #expect(try StreamingOptions.parse(["--wait", "inf"]).plan().waitSeconds == .infinity)
    #expect(throws: (any Error).self) { try StreamingOptions.parse(["--wait", "-1"]) }
  }

  @Test func anOptionBeatsTheEnvironment() throws {
    func asked() throws(ToolError) -> Int? { throw .usage("SD_X", "was asked") }
    #expect(try resolve(3, asked) == 3)
    #expect(throws: ToolError.usage("SD_X", "was asked")) { try resolve(nil, asked) }
    #expect(try resolve(Int?.none) { 4 } == 4)
  }

  @Test func eachDirectionHasItsLatency() throws {
    let both = try DuplexLatencyOptions.parse(["-L", "low,20ms"]).latencies()
    #expect(both == DuplexPair(input: .low, output: .time(.seconds(0.02))))
    #expect(try LatencyOptions.parse(["-L", "low"]).input() == .low)
    #expect(try LatencyOptions.parse(["-L", "low"]).output() == .low)
  }
}
