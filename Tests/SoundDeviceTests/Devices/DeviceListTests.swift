import Testing

@testable import SoundDevice

struct DeviceListTests {
  private let host = HostThread(.portAudio, name: "sd-test-none", host: FakeHost())

  private func entry(_ name: String, api: Int = 0, input: Int = 2, output: Int = 2)
    -> HostListing.Entry
  {
    HostListing.Entry(
      index: 0, name: name, apiIndex: api, maxInputChannelCount: input,
      maxOutputChannelCount: output,
      defaultLowInputLatency: 0.01, defaultLowOutputLatency: 0.02, defaultHighInputLatency: 0.1,
      defaultHighOutputLatency: 0.2, defaultSampleRate: 44_100)
  }

  private var list: DeviceList {
    var listing = HostListing()
    listing.apis = [
      .init(name: "ALSA", deviceIndexes: [0, 1, 2, 3, 4], defaultInput: 3, defaultOutput: 3),
      .init(name: "JACK Audio Connection Kit", deviceIndexes: [5, 6]),
    ]
    listing.devices = [
      entry("HDA Intel: ALC662 rev1 Analog (hw:0,0)"),
      entry("HDMI 0 (hw:0,3)", input: 0, output: 8),
      entry("USB Mic", output: 0), entry("default", input: 128, output: 128), entry("USB Mic"),
      entry("system", api: 1), entry("default", api: 1, input: 4),
    ]
    for index in listing.devices.indices { listing.devices[index].index = index }
    listing.defaultInput = 2
    listing.defaultOutput = 1
    listing.defaultAPIIndex = 0
    return DeviceList([(host, listing)])
  }

  private func index(_ query: String, _ direction: StreamDirection? = nil) -> Int? {
    try? list.find(query, for: direction).index
  }

  @Test func digitsAreAnIndex() {
    #expect(index("3") == 3 && index("0") == 0)
    #expect(index("7") == nil && index("99999999999999999999") == nil)
    #expect(index("1", .input) == nil && index("1", .output) == 1)
  }

  @Test func wordsAreFoundInOrderRegardlessOfCase() {
    #expect(index("analog") == 0)
    #expect(index("hda  ANALOG alsa") == 0)
    #expect(index("analog hda") == nil)
    #expect(index("jack connection") == nil)
    #expect(index("sys jack") == 5)
    #expect(index("nothing") == nil)
  }

  @Test func anExactNameWinsOverOthersThatContainIt() {
    #expect(index("default, ALSA") == 3)
    #expect(index("DEFAULT, JACK audio connection kit") == 6)
    #expect(index("default") == nil)
    #expect(index("usb mic", .output) == 4)
  }

  @Test func devicesThatShareTheirFullNameHaveNumberedIDs() {
    #expect(list[2].id == "USB Mic, ALSA" && list[4].id == "USB Mic, ALSA #2")
    #expect(index("USB Mic, ALSA #2") == 4)
    #expect(index("USB Mic, ALSA") == 2)
    #expect(Set(list.map(\.id)).count == list.count)
  }

  @Test func severalMatchesAreListed() {
    let error = #expect(throws: PortAudioError.self) { try list.find("usb") }
    #expect(
      error?.deviceError?.description
        == "'usb' matches several devices: 'USB Mic, ALSA', 'USB Mic, ALSA #2'")
    let none = #expect(throws: PortAudioError.self) { try list.find("x", for: .input) }
    #expect(none?.deviceError?.description == "no input device 'x'")
  }

  @Test func printsAsTheAncestorDoes() {
    let lines = list.description.split(separator: "\n")
    #expect(lines[0] == "  0 HDA Intel: ALC662 rev1 Analog (hw:0,0), ALSA (2 in, 2 out)")
    #expect(lines[1] == "< 1 HDMI 0 (hw:0,3), ALSA (0 in, 8 out)")
    #expect(lines[2] == "> 2 USB Mic, ALSA (2 in, 0 out)")
  }

  @Test func aSecondHostIsNumberedOn() throws {
    let bench = try VirtualBench()
    var listing = HostListing()
    listing.apis = [.init(name: "ALSA", deviceIndexes: [0], defaultInput: 0)]
    listing.devices = [entry("default")]
    listing.defaultInput = 0
    listing.defaultOutput = 0
    let virtual = try bench.host.call("listing", limit: 5) {
      host throws(PortAudioError) in try host.listing()
    }
    let list = DeviceList([(host, listing), (bench.host, virtual)])
    #expect(list.map(\.index) == [0, 1, 2])
    #expect(list.hostAPIs.map(\.name) == ["ALSA", "Virtual"])
    #expect(list.hostAPIs[1].deviceIndexes == [1, 2])
    #expect(list.hostAPIs[1].defaultInputDeviceIndex == 1)
    #expect(list.hostAPIs[0].defaultOutputDeviceIndex == -1)
    #expect(list[2].hostAPIIndex == 1 && list[2].indexInHost == 1)
    #expect(try list.defaultDevice(for: .output).index == 0)
    #expect(list.portAudioDeviceCount == 1)
    #expect(list.description.contains("* 0 default, ALSA (2 in, 2 out)"))
  }

  @Test func withoutADefaultTheErrorSaysWhatWorks() throws {
    let error = #expect(throws: PortAudioError.self) {
      try VirtualBench().list.defaultDevice(for: .input)
    }
    #expect(
      error?.deviceError?.description
        == "no input device found (sd-list shows them; -D virtual:null records silence)")
  }

  /// PortAudio 19.6 takes a JACK name for a regular expression and finds no ports.
  @Test func aDeviceWithoutChannelsIsNamed() {
    var listing = HostListing()
    listing.apis = [.init(name: "JACK Audio Connection Kit", deviceIndexes: [0, 1])]
    listing.devices = [
      entry("Family 17h (Models 10h-1fh) HD Audio", input: 0, output: 0),
      entry("sleeper", input: 0, output: 0),
    ]
    listing.devices[1].index = 1
    let list = DeviceList([(host, listing)])
    let pattern = #expect(throws: PortAudioError.self) { try list.find("family 17h", for: .output) }
    #expect(
      pattern?.deviceError?.description.hasPrefix(
        "no channels on 'Family 17h (Models 10h-1fh) HD Audio, JACK Audio Connection Kit': "
          + "PortAudio 19.6 takes ( ) [ ] + *") == true)
    let none = #expect(throws: PortAudioError.self) { try list.find("sleeper", for: .input) }
    #expect(none?.deviceError?.description.hasSuffix("it has neither inputs nor outputs") == true)
    let unknown = #expect(throws: PortAudioError.self) { try list.find("family 18h") }
    #expect(unknown?.deviceError?.description == "no device 'family 18h'")
  }

  /// A host's numbers may have holes; the list's have none.
  @Test func numbersInTheHostAreItsOwn() throws {
    var listing = HostListing()
    listing.apis = [
      .init(name: "ALSA", deviceIndexes: [0, 7, 9], defaultInput: 9, defaultOutput: 8)
    ]
    listing.devices = [entry("first"), entry("second")]
    listing.devices[0].index = 7
    listing.devices[1].index = 9
    listing.defaultInput = 9
    listing.defaultOutput = 1
    let list = DeviceList([(host, listing)])
    #expect(list.map(\.index) == [0, 1] && list.map(\.indexInHost) == [7, 9])
    #expect(list.hostAPIs[0].deviceIndexes == [0, 1])
    #expect(list.hostAPIs[0].defaultInputDeviceIndex == 1)
    #expect(list.hostAPIs[0].defaultOutputDeviceIndex == -1)
    #expect(try list.defaultDevice(for: .input).name == "second")
    #expect(list.defaultOutputIndex == nil)
  }

  /// What cannot be listed is named where it is missed, and costs the others nothing.
  @Test func aHostThatDoesNotAnswerLeavesTheOthers() throws {
    let bench = try VirtualBench()
    let virtual = try bench.host.call("listing", limit: 5) {
      host throws(PortAudioError) in try host.listing()
    }
    let failure = PortAudioError(.hostLost, "listing devices")
    let list = DeviceList([(bench.host, virtual)], failure: failure)
    #expect(try list.find("virtual:null").name == "virtual:null")
    let words = "listing devices: the sound system does not answer"
    #expect(list.failure?.description == words)
    for attempt in [
      { _ = try list.find("speakers") }, { _ = try list.find("17") },
      { _ = try list.find("loopback") },
      { _ = try list.defaultDevice(for: .output) },
    ] as [() throws -> Void] {
      let error = #expect(throws: PortAudioError.self) { try attempt() }
      #expect(error?.description == words)
    }
  }
}
