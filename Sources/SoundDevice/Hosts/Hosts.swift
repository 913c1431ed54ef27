internal import PCM
internal import Platform
internal import Synchronization

/// The hosts of this process, and the list of all their devices.
enum Hosts {
  static let portAudio = HostThread(.portAudio, name: "sd-portaudio", host: PortAudioHost())
  static let virtual = HostThread(
    .virtual, name: "sd-virtual-host",
    host: VirtualHost(configuration: (try? virtualConfiguration()) ?? .init()))

  private static let cache = Guarded<DeviceList?>(nil)

  /// What `SD_VIRTUAL` says. Throws where it cannot be understood.
  static func virtualConfiguration() throws(VirtualConfiguration.ParseError)
    -> VirtualConfiguration
  {
    guard let text = unsafe getenv("SD_VIRTUAL") else { return VirtualConfiguration() }
    return try VirtualConfiguration(parsing: unsafe String(cString: text))
  }

  static func deviceList() throws(PortAudioError) -> DeviceList {
    if let list = cache.withLock({ $0 }), !portAudio.isLost { return list }
    return try makeDeviceList()
  }

  static func refreshDeviceList() throws(PortAudioError) -> DeviceList {
    let operation = "refreshing devices"
    for thread in [portAudio, virtual] {
      guard thread.openStreamCount.load(ordering: .relaxed) == 0 else {
        throw PortAudioError(.streamIsNotStopped, operation)
      }
    }
    try portAudio.call(operation, limit: Defaults.current.stallTime) {
      host throws(PortAudioError) in try host.restart()
    }
    portAudio.advanceGeneration()
    return try makeDeviceList()
  }

  private static func makeDeviceList() throws(PortAudioError) -> DeviceList {
    let limit = Defaults.current.stallTime
    var listings: [(HostThread, HostListing)] = []
    for thread in [portAudio, virtual] {
      let listing = try thread.call("listing devices", limit: limit) {
        host throws(PortAudioError) in try host.listing()
      }
      listings.append((thread, listing))
    }
    let list = DeviceList(listings)
    cache.withLock { $0 = list }
    return list
  }

  static func check(_ resolved: ResolvedStream) throws(PortAudioError) {
    let configuration = resolved.configuration
    try resolved.host.call(configuration.operation, limit: resolved.stallTime) {
      host throws(PortAudioError) in try host.check(configuration)
    }
  }

  /// Ends the hosts in order, as far as they still answer.
  static func shutDown() {
    for thread in [virtual, portAudio] where !thread.isLost {
      _ = try? thread.call("shutting down", limit: Defaults.current.stallTime) {
        host throws(PortAudioError) in host.shutDown()
      }
    }
  }
}

extension DeviceList {
  /// Numbers the devices and host APIs of several hosts through.
  init(_ listings: [(host: HostThread, listing: HostListing)]) {
    var devices: [Device] = []
    var apis: [HostAPI] = []
    var fullNames: [String: Int] = [:]
    for (host, listing) in listings {
      let firstDevice = devices.count
      let firstAPI = apis.count
      for api in listing.apis {
        apis.append(
          HostAPI(
            index: apis.count, name: api.name,
            deviceIndexes: api.deviceIndexes.map { $0 + firstDevice },
            defaultInputDeviceIndex: api.defaultInput.map { $0 + firstDevice } ?? -1,
            defaultOutputDeviceIndex: api.defaultOutput.map { $0 + firstDevice } ?? -1))
      }
      for (index, entry) in listing.devices.enumerated() {
        let api = apis[firstAPI + entry.apiIndex]
        let fullName = "\(entry.name), \(api.name)"
        let count = fullNames[fullName, default: 0] + 1
        fullNames[fullName] = count
        devices.append(
          Device(
            index: devices.count, name: entry.name, hostAPIIndex: api.index,
            hostAPIName: api.name, maxInputChannelCount: entry.maxInputChannelCount,
            maxOutputChannelCount: entry.maxOutputChannelCount,
            defaultLowInputLatency: entry.defaultLowInputLatency,
            defaultLowOutputLatency: entry.defaultLowOutputLatency,
            defaultHighInputLatency: entry.defaultHighInputLatency,
            defaultHighOutputLatency: entry.defaultHighOutputLatency,
            defaultSampleRate: entry.defaultSampleRate,
            id: count == 1 ? fullName : "\(fullName) #\(count)", host: host, indexInHost: index,
            generation: host.generation))
      }
    }
    let portAudio = listings.first { $0.host.kind == .portAudio }?.listing
    self.init(
      devices: devices, hostAPIs: apis, defaultInputIndex: portAudio?.defaultInput,
      defaultOutputIndex: portAudio?.defaultOutput,
      portAudioDeviceCount: portAudio?.devices.count ?? 0,
      defaultHostAPIIndex: portAudio?.defaultAPIIndex)
  }
}
