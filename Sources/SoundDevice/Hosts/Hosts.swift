internal import PCM
internal import Platform
internal import Synchronization

/// The hosts of this process, and the list of all their devices.
enum Hosts {
  static let portAudio = HostThread(.portAudio, name: "sd-portaudio", host: PortAudioHost())
  static let virtual = HostThread(
    .virtual, name: "sd-virtual-host",
    host: VirtualHost(configuration: (try? virtualConfiguration()) ?? .init(pace: .realtime)))

  private static let cache = Guarded<DeviceList?>(nil)

  /// The configuration in `SD_VIRTUAL`. Throws if it is malformed.
  static func virtualConfiguration() throws(VirtualConfiguration.ParseError)
    -> VirtualConfiguration
  {
    let text = unsafe getenv("SD_VIRTUAL").map { unsafe String(cString: $0) }
    return try VirtualConfiguration(parsing: text ?? "")
  }

  static func deviceList() throws(PortAudioError) -> DeviceList {
    if let list = cache.withLock({ $0 }) { return list }
    return try makeDeviceList()
  }

  /// The virtual devices alone, numbered from 0: no other host is started for them.
  static func virtualDeviceList() throws(PortAudioError) -> DeviceList {
    if let list = cache.withLock({ $0 }) { return list }
    let listing = try virtual.call("listing devices") { host throws(PortAudioError) in
      try host.listing()
    }
    return DeviceList([(virtual, listing)])
  }

  static func refreshDeviceList() throws(PortAudioError) -> DeviceList {
    let operation = "refreshing devices"
    @Sendable func checkNoStreamIsOpen(_ thread: HostThread) throws(PortAudioError) {
      guard thread.openStreamCount.load(ordering: .relaxed) == 0 else {
        throw PortAudioError(.streamIsNotStopped, operation)
      }
    }
    try checkNoStreamIsOpen(virtual)
    try checkNoStreamIsOpen(portAudio)
    try portAudio.call(operation) { host throws(PortAudioError) in
      // On the host's thread, where no stream is opened meanwhile: a restart frees what PortAudio
      // holds of it.
      try checkNoStreamIsOpen(portAudio)
      try host.restart()
    }
    portAudio.advanceGeneration()
    return try makeDeviceList()
  }

  /// A host that cannot be listed does not affect the devices of others.
  private static func makeDeviceList() throws(PortAudioError) -> DeviceList {
    try PortAudioError.refuseInCallback("listing devices")
    var listings: [(HostThread, HostListing)] = []
    var failure: PortAudioError?
    for thread in [portAudio, virtual] {
      do throws(PortAudioError) {
        let listing = try thread.call("listing devices") { host throws(PortAudioError) in
          try host.listing()
        }
        listings.append((thread, listing))
      } catch { failure = error }
    }
    let list = DeviceList(listings, failure: failure)
    cache.withLock { $0 = failure == nil ? list : nil }
    return list
  }

  static func check(_ resolved: ResolvedStream) throws(PortAudioError) {
    let configuration = resolved.configuration
    try resolved.host.call(configuration.operation) { host throws(PortAudioError) in
      try host.check(configuration)
    }
  }

  /// Shuts the hosts down, as far as they still answer.
  static func shutDown() {
    for thread in [virtual, portAudio] where !thread.isLost {
      _ = try? thread.call("shutting down") { host throws(PortAudioError) in host.shutDown() }
    }
  }
}

extension DeviceList {
  /// Numbers the devices and host APIs of several hosts consecutively.
  ///
  /// - Parameter failure: Why a host is missing.
  init(_ listings: [(host: HostThread, listing: HostListing)], failure: PortAudioError? = nil) {
    var devices: [Device] = []
    var apis: [HostAPI] = []
    var fullNames: [String: Int] = [:]
    var defaults: (input: Int?, output: Int?) = (nil, nil)
    for (host, listing) in listings {
      // Maps numbers within the host to those in this list; the next one does so for host APIs.
      var places: [Int: Int] = [:]
      for (offset, entry) in listing.devices.enumerated() {
        places[entry.index] = devices.count + offset
      }
      func place(_ index: Int?) -> Int? { index.flatMap { places[$0] } }
      let firstAPI = apis.count
      for api in listing.apis {
        apis.append(
          HostAPI(
            index: apis.count, name: api.name, deviceIndexes: api.deviceIndexes.compactMap(place),
            defaultInputDeviceIndex: place(api.defaultInput) ?? -1,
            defaultOutputDeviceIndex: place(api.defaultOutput) ?? -1))
      }
      for entry in listing.devices {
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
            id: count == 1 ? fullName : "\(fullName) #\(count)", isServer: entry.isServer,
            host: host, indexInHost: entry.index, generation: host.generation))
      }
      if host.kind == .portAudio {
        defaults = (place(listing.defaultInput), place(listing.defaultOutput))
      }
    }
    let portAudio = listings.first { $0.host.kind == .portAudio }?.listing
    self.init(
      devices: devices, hostAPIs: apis, defaultInputIndex: defaults.input,
      defaultOutputIndex: defaults.output,
      portAudioDeviceCount: portAudio?.devices.count ?? 0,
      defaultHostAPIIndex: portAudio?.defaultAPIIndex, failure: failure)
  }
}
