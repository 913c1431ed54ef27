import ArgumentParser
import SoundTool
import Testing

@testable import DeviceTool

@Suite struct AdaptOptionsTests {
  @Test func itNeedsResampling() throws {
    #expect(try AdaptOptions.parse(["--adapt"]).adapts(mayResample: true))
    #expect(try !AdaptOptions.parse([]).adapts(mayResample: false))
    #expect(throws: ToolError.usage("--adapt", "resamples, and --no-resample refuses that")) {
      try AdaptOptions.parse(["--adapt"]).adapts(mayResample: false)
    }
  }
}
