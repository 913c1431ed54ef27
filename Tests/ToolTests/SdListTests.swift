import Foundation
import TestSupport
import Testing

/// What sd-list prints, with a server and without.
@Suite(.fewAtOnce) struct SdListTests {
  private let virtualLines = """
       0 virtual:null, Virtual (2 in, 2 out)
       1 virtual:loopback, Virtual (2 in, 2 out)

    """

  private func list(
    _ arguments: String..., environment: [String: String?] = [:]
  ) async throws -> ToolResult {
    let result = try await runTool("sd-list", arguments, environment: environment)
    result.expectSilentSuccess()
    return result
  }

  private func objects(_ result: ToolResult) throws -> [[String: Any]] {
    let value = try JSONSerialization.jsonObject(with: Data(result.output))
    return try #require(value as? [[String: Any]])
  }

  // MARK: Without a server

  @Test func withoutADeviceThereAreTheVirtualOnes() async throws {
    #expect(try await list().outputText == virtualLines)
  }

  @Test func jsonHasEveryKeyOfTheAncestor() async throws {
    let devices = try objects(await list("-j"))
    #expect(devices.map { $0["name"] as? String } == ["virtual:null", "virtual:loopback"])
    let keys: Set = [
      "index", "id", "name", "hostapi", "hostapi_name", "max_input_channels",
      "max_output_channels", "default_low_input_latency", "default_low_output_latency",
      "default_high_input_latency", "default_high_output_latency", "default_samplerate",
      "default_input", "default_output",
    ]
    for device in devices { #expect(Set(device.keys) == keys) }
  }

  @Test func hostAPIsAreListed() async throws {
    let apis = try objects(await list("--host-apis", "--json"))
    let virtual = try #require(apis.last)
    #expect(virtual["name"] as? String == "Virtual")
    #expect(virtual["devices"] as? [Int] == [0, 1])
    #expect(
      Set(virtual.keys) == [
        "index", "name", "devices", "default_input_device", "default_output_device",
      ])
    let text = try await list("--host-apis").outputText
    #expect(text.split(separator: "\n").count == apis.count && text.contains("Virtual"))
  }

  @Test func oneDeviceIsShownInAllDetails() async throws {
    let text = try await list("-D", "LOOP").outputText
    #expect(text.contains("name: virtual:loopback\n"))
    #expect(text.contains("max_input_channels: 2\n"))
    #expect(!text.contains("virtual:null"))
    let verbose = try await runTool("sd-list", ["-v"])
    #expect(verbose.outputText.contains("name: virtual:null\n"))
    #expect(verbose.outputText.contains("name: virtual:loopback\n"))
  }

  @Test func ratesAreAskedFor() async throws {
    let fixed = try await list("--rates", "-j", environment: virtual("rate=32000"))
    for device in try objects(fixed) {
      #expect(device["input_rates"] as? [Int] == [32_000])
      #expect(device["output_rates"] as? [Int] == [32_000])
    }
    let text = try await list("--rates", environment: virtual("rate=32000")).outputText
    #expect(text.contains("input: 32000\n") && text.contains("output: 32000\n"))
  }

  @Test func whatItPrintsIsTheSameInEveryLocale() async throws {
    let plain = try await list("--rates", "-j", environment: ["LC_ALL": "C"])
    let german = try await list("--rates", "-j", environment: ["LC_ALL": "de_DE.UTF-8"])
    #expect(plain.outputText == german.outputText)
  }

  @Test func namesInDigitsAreIndexes() async throws {
    #expect(try await list("-D", "1").outputText.contains("virtual:loopback"))
    try await runTool("sd-list", ["-D", "9"]).expectFailure(1, "'9'")
  }

  @Test func aFullDiskIsTold() async throws {
    let command = Command.tool("sd-list").writing(.file("/dev/full"))
    try await run(command).expectFailure(1, "stdout", "no space left on device")
    let closed = Command.tool("sd-list").writing(.closed)
    try await run(closed).expectFailure(1, "stdout")
  }

  // MARK: With a server

  @Test(.requires("jackd", "jack_lsp"), .requiresPythonSoundDevice, .usesSoundServer)
  func portAudiosDevicesAreTheAncestorsByteForByte() async throws {
    var options = JACKServer.Options()
    options.loopbackChannelCount = 4
    options.systemChannelCount = 1
    try await withJACKServer(options) { server in
      let theirs = try await run(
        Python.command(["-m", "sounddevice"]).with(environment: server.environment))
      #expect(theirs.succeeded)
      let count = theirs.outputText.split(separator: "\n").count
      #expect(count >= 2)
      let ours = try await list(environment: server.environment).outputText
      let virtual = """
          \(count) virtual:null, Virtual (2 in, 2 out)
          \(count + 1) virtual:loopback, Virtual (2 in, 2 out)

        """
      #expect(ours == theirs.outputText + virtual)
    }
  }

  @Test(.requires("jackd", "jack_lsp"), .usesSoundServer)
  func everyIdSelectsItself() async throws {
    try await withJACKServer { server in
      let devices = try objects(await list("-j", environment: server.environment))
      #expect(devices.count >= 4)
      for device in devices {
        let id = try #require(device["id"] as? String)
        let alone = try await list("-j", "-D", id, environment: server.environment)
        let value = try JSONSerialization.jsonObject(with: Data(alone.output))
        let object = try #require(value as? [String: Any])
        #expect(object["index"] as? Int == device["index"] as? Int, "\(id)")
        #expect(object["id"] as? String == id)
      }
      let inputs = try objects(await list("-j", "--inputs", environment: server.environment))
      #expect(inputs.allSatisfy { $0["max_input_channels"] as? Int ?? 0 > 0 })
      #expect(devices.count { $0["default_input"] as? Bool == true } == 1)
      #expect(devices.count { $0["default_output"] as? Bool == true } == 1)
    }
  }

  @Test(.requires("jackd", "jack_lsp"), .usesSoundServer)
  func onlyOneDirectionIsListed() async throws {
    try await withJACKServer { server in
      // A program that records is a device to play to, for JACK.
      let recorder = Command.tool("sd-rec", ["-D", "loopback"])
        .with(environment: server.environment)
      try await withTool(recorder) { recorder in
        _ = try await recorder.readOutput(8)
        let words = "sd-rec, JACK Audio Connection Kit (0 in, 2 out)\n"
        let all = try await list(environment: server.environment)
        #expect(all.outputText.contains(words))
        let inputs = try await list("--inputs", environment: server.environment)
        #expect(!inputs.outputText.contains("sd-rec") && inputs.outputText.contains("loopback"))
        let outputs = try await list("--outputs", environment: server.environment)
        #expect(outputs.outputText.contains(words))
      }
    }
  }
}
