import ArgumentParser
import SoundTool
import Testing

@testable import DeviceTool

/// Options beat the environment, whose part is tested with the programs.
@Suite struct DeviceOptionsTests {
  @Test func oneDirectionHasTwoNames() throws {
    #expect(try OutputDeviceOptions.parse(["-D", "usb"]).query == "usb")
    #expect(try OutputDeviceOptions.parse(["-o", "usb"]).query == "usb")
    #expect(try InputDeviceOptions.parse(["-i3"]).query == "3")
  }

  @Test func aDirectionsOwnDeviceBeatsTheCommonOne() throws {
    let queries = try DuplexDeviceOptions.parse(["-D", "usb", "-i", "mic"]).queries
    #expect(queries == DuplexPair(input: "mic", output: "usb"))
  }
}
