import ArgumentParser
import Testing

@testable import DeviceTool

@Suite struct StreamPlanTests {
  /// A client that makes a plan in code gets what a user gets without options.
  @Test func itsDefaultsAreThoseOfTheOptions() throws {
    let (plan, parsed) = (StreamPlan(), try StreamingOptions.parse([]).plan())
    #expect(parsed.blockSize == plan.blockSize && parsed.buffer == plan.buffer)
    #expect(parsed.stallSeconds == plan.stallSeconds && parsed.waitSeconds == plan.waitSeconds)
    #expect(parsed.xrun == plan.xrun)
  }
}
