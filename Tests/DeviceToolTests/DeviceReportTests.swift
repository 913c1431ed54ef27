import Foundation
import SoundTool
import Testing

@testable import DeviceTool

/// On a list of the virtual devices alone.
@Suite struct DeviceReportTests {
  private func report(_ change: (inout DeviceReport.Plan) -> Void) throws -> String {
    var plan = DeviceReport.Plan()
    plan.device = "virtual:null"
    change(&plan)
    return try DeviceReport(plan, of: VirtualDevices("rate=48000").list).output()
  }

  private func object(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  @Test func oneDeviceHasALineForEachDetail() throws {
    let lines = try report { _ in }.split(separator: "\n")
    #expect(lines.contains("id: virtual:null, Virtual"))
    #expect(lines.contains { $0.hasPrefix("max_input_channels: ") })
    #expect(!lines.contains { $0.hasPrefix("input_rates: ") })
  }

  @Test func jsonHasTheSameDetails() throws {
    let lines = try report { _ in }.split(separator: "\n").map { $0.prefix { $0 != ":" } }
    let json = try object(try report { $0.isJSON = true })
    #expect(Set(json.keys) == Set(lines.map(String.init)))
    #expect(json["id"] as? String == "virtual:null, Virtual")
    #expect(json["default_samplerate"] is NSNumber)
  }

  @Test func ratesAreAskedForOnRequest() throws {
    let json = try object(
      try report {
        $0.isJSON = true
        $0.rates = true
      })
    let rates = try #require(json["output_rates"] as? [Int])
    #expect(rates == [48_000])
    #expect(try report { $0.rates = true }.contains("input_rates: "))
  }

  @Test func aListOfAllHasOneLineEach() throws {
    let text = try report { $0.device = nil }
    #expect(text.split(separator: "\n").count == 2)
    #expect(text.contains("virtual:null") && text.contains("virtual:loopback"))
    let apis = try report {
      $0.device = nil
      $0.listsHostAPIs = true
    }
    #expect(apis.contains("Virtual (2 devices"))
  }

  @Test func anUnknownDeviceIsAnError() {
    #expect(throws: (any Error).self) { try report { $0.device = "no such thing" } }
  }
}
