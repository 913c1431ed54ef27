internal import CPortAudio
internal import CRealtime
internal import PCM
internal import Platform
internal import Synchronization

/// PortAudio. The only file that calls `Pa_*`; every call but those for texts and versions is made
/// on the host's thread.
final class PortAudioHost: Host, @unchecked Sendable {
  // Safe to share: these are touched on the host's thread alone.
  private var isInitialized = false
  private var listsJACK = false
  /// When PortAudio had just been started, in seconds of the monotonic clock.
  private var startTime = -Double.infinity

  /// The name that JACK shows for this program. Set before the first call.
  static let clientName = Guarded<String?>(nil)
  /// Whether what ALSA and JACK print of their own accord is let through.
  static let isChatty = AtomicFlag()
  /// Whether ALSA callbacks were asked to run with real-time priority.
  static let wantsRealtime = AtomicFlag()

  // MARK: Texts, on any thread

  /// Corresponds to `Pa_GetErrorText`.
  static func text(of code: PortAudioError.Code) -> String {
    unsafe Pa_GetErrorText(code.rawValue).map { unsafe String(cString: $0) } ?? "unknown error"
  }

  /// Corresponds to `Pa_GetVersion` and `Pa_GetVersionText`.
  static var version: (number: Int, text: String) {
    (Int(Pa_GetVersion()), unsafe Pa_GetVersionText().map { unsafe String(cString: $0) } ?? "")
  }

  // MARK: Host

  func listing() throws(PortAudioError) -> HostListing {
    try initialize()
    var listing = HostListing()
    /// Where each of PortAudio's host APIs is in the listing.
    var places: [PaHostApiIndex: Int] = [:]
    for index in 0..<max(0, Pa_GetHostApiCount()) {
      guard let info = unsafe Pa_GetHostApiInfo(index)?.pointee else { continue }
      places[index] = listing.apis.count
      listing.apis.append(unsafe Self.api(info, index: index))
      if unsafe info.type == paJACK { listsJACK = true }
    }
    for index in 0..<max(0, Pa_GetDeviceCount()) {
      guard let info = unsafe Pa_GetDeviceInfo(index)?.pointee,
        let place = unsafe places[info.hostApi]
      else { continue }
      unsafe listing.devices.append(entry(info, Int(index), apiIndex: place))
    }
    listing.defaultInput = Self.deviceIndex(Pa_GetDefaultInputDevice())
    listing.defaultOutput = Self.deviceIndex(Pa_GetDefaultOutputDevice())
    listing.defaultAPIIndex = places[Pa_GetDefaultHostApi()]
    return listing
  }

  private static func api(_ info: PaHostApiInfo, index: PaHostApiIndex) -> HostListing.API {
    HostListing.API(
      name: unsafe name(info.name),
      deviceIndexes: unsafe (0..<max(0, info.deviceCount)).map {
        Int(Pa_HostApiDeviceIndexToDeviceIndex(index, $0))
      },
      defaultInput: unsafe deviceIndex(info.defaultInputDevice),
      defaultOutput: unsafe deviceIndex(info.defaultOutputDevice))
  }

  private static func name(_ text: UnsafePointer<CChar>?) -> String {
    unsafe text.map { Reported.name(unsafe String(cString: $0)) } ?? "unnamed"
  }

  private func entry(_ info: PaDeviceInfo, _ index: Int, apiIndex: Int) -> HostListing.Entry {
    let isServer = unsafe Self.leadsToServer(info)
    let rate = unsafe defaultRate(info, index)
    // Unknown: what PortAudio's own hosts take for interactive and for robust use.
    func latency(_ seconds: Double, _ unknown: Double, _ least: Double) -> Double {
      max(Reported.latency(seconds) ?? unknown, isServer ? least : 0)
    }
    let quantum = Self.serverQuantum / rate
    return unsafe HostListing.Entry(
      index: index, name: Self.name(info.name), apiIndex: apiIndex,
      maxInputChannelCount: Reported.channelCount(Int(info.maxInputChannels)),
      maxOutputChannelCount: Reported.channelCount(Int(info.maxOutputChannels)),
      defaultLowInputLatency: latency(info.defaultLowInputLatency, 0.01, quantum),
      defaultLowOutputLatency: latency(info.defaultLowOutputLatency, 0.01, quantum),
      defaultHighInputLatency: latency(info.defaultHighInputLatency, 0.1, Self.serverLatency),
      defaultHighOutputLatency: latency(info.defaultHighOutputLatency, 0.1, Self.serverLatency),
      defaultSampleRate: rate)
  }

  /// The latency at which playing to a sound server through ALSA, and recording from it, is robust,
  /// in seconds. PortAudio takes 35 ms for that, whatever the server's own period is: underruns, each
  /// of which is followed by two seconds of silence.
  private static let serverLatency = 0.2

  /// The period of a sound server unless it is told otherwise, in frames. No latency below it can be
  /// kept; PortAudio names 8.7 ms.
  private static let serverQuantum = 1024.0

  /// What PortAudio names for an ALSA device that does not tell, and what sound servers run at.
  private static let placeholderRate = 44_100.0
  private static let serverRate = 48_000.0

  /// The rate a device runs at. Where PortAudio names its placeholder for a sound server, 48 kHz if
  /// that is taken: else the server would resample.
  private func defaultRate(_ info: PaDeviceInfo, _ index: Int) -> Double {
    let rate = unsafe Reported.sampleRate(info.defaultSampleRate) ?? Self.serverRate
    guard rate == Self.placeholderRate,
      unsafe Self.isOf(paALSA, info), unsafe Self.serverNames.contains(String(cString: info.name))
    else { return rate }
    let direction = HostConfiguration.Direction(
      deviceIndex: index, channelCount: 2, format: .int16, latency: Self.serverLatency)
    let isOutput = unsafe info.maxOutputChannels >= 2
    let configuration = HostConfiguration(
      input: isOutput ? nil : direction, output: isOutput ? direction : nil,
      sampleRate: Self.serverRate, blockSize: 0, operation: "listing")
    let code = unsafe Self.withParameters(configuration) { input, output in
      unsafe Pa_IsFormatSupported(input, output, Self.serverRate)
    }
    return code == 0 ? Self.serverRate : rate
  }

  /// The ALSA devices that lead to a sound server, as distributions name them. Others may be slow to
  /// ask.
  private static let serverNames: Set<String> = ["default", "pipewire", "pulse"]

  /// PortAudio's number of its PulseAudio host API, which older headers lack.
  private static let pulseAudio = PaHostApiTypeId(rawValue: 16)

  private static func isOf(_ type: PaHostApiTypeId, _ info: PaDeviceInfo) -> Bool {
    unsafe Pa_GetHostApiInfo(info.hostApi)?.pointee.type == type
  }

  /// Whether a device is not hardware but a sound server's: PulseAudio, PipeWire, `default`.
  private static func leadsToServer(_ info: PaDeviceInfo) -> Bool {
    unsafe isOf(pulseAudio, info) || isOf(paALSA, info) && !name(info.name).contains("(hw:")
  }

  private static func deviceIndex(_ index: PaDeviceIndex) -> Int? { index >= 0 ? Int(index) : nil }

  private func initialize() throws(PortAudioError) {
    guard !isInitialized else { return }
    sd_silence_alsa_and_jack(!Self.isChatty.isSet)
    #if os(Linux)
      // PortAudio keeps the pointer, so the copy is never freed.
      if let name = Self.clientName.withLock({ $0 }), let copy = unsafe strdup(name) {
        unsafe PaJack_SetClientName(copy)
      }
    #endif
    try Self.check(Pa_Initialize(), "starting PortAudio")
    isInitialized = true
    startTime = monotonicSeconds()
  }

  /// Whether PortAudio may be ended: that aborts the program if its JACK server has died. A server
  /// that answered a moment ago is not asked again, which would take as long as half a listing.
  private func mayTerminate() -> Bool {
    !listsJACK || monotonicSeconds() - startTime < 0.05 || sd_jack_server_answers()
  }

  func restart() throws(PortAudioError) {
    guard isInitialized else { return }
    guard mayTerminate() else { throw PortAudioError(.hostLost, "refreshing devices") }
    try Self.check(Self.parking { Pa_Terminate() }, "stopping PortAudio")
    isInitialized = false
    listsJACK = false
    try initialize()
  }

  func shutDown() {
    guard isInitialized, mayTerminate() else { return }
    // Nothing is left to do if it fails: the program ends.
    _ = Self.parking { Pa_Terminate() }
    isInitialized = false
  }

  var hasDied: Bool { sd_has_parked() }

  /// Makes a call below which an assertion may fail, as in PortAudio when its JACK server dies
  /// meanwhile: this thread then never returns, rather than the program ends.
  fileprivate static func parking(_ call: () -> PaError) -> PaError {
    sd_park_at_abort(true)
    defer { sd_park_at_abort(false) }
    return call()
  }

  func format(for format: SampleFormat, device index: Int) -> SampleFormat {
    guard let device = unsafe Pa_GetDeviceInfo(PaDeviceIndex(index))?.pointee,
      let api = unsafe Pa_GetHostApiInfo(device.hostApi)?.pointee
    else { return .float32 }
    // These take integers as they are; the others convert to floating point themselves, and
    // PortAudio's own conversion is not exact, so they get floating point from us.
    guard [paALSA, paOSS].contains(where: { unsafe $0 == api.type }) else {
      return .float32
    }
    return format.isFloat ? .int32 : format
  }

  func check(_ configuration: HostConfiguration) throws(PortAudioError) {
    try initialize()
    let code = unsafe Self.withParameters(configuration) { input, output in
      unsafe Pa_IsFormatSupported(input, output, configuration.sampleRate)
    }
    try Self.check(code, configuration.operation)
  }

  func open(_ configuration: HostConfiguration, trampoline: Trampoline) throws(PortAudioError)
    -> any HostStream
  {
    try initialize()
    var flags = paClipOff | paDitherOff
    if configuration.neverDropInput { flags |= paNeverDropInput }
    if configuration.primeOutput { flags |= paPrimeOutputBuffersUsingStreamCallback }
    var stream: UnsafeMutableRawPointer?
    let context = unsafe Unmanaged.passRetained(trampoline)
    let code = unsafe Self.withParameters(configuration) { input, output in
      unsafe Pa_OpenStream(
        &stream, input, output, configuration.sampleRate, UInt(configuration.blockSize),
        PaStreamFlags(flags), portAudioCallback, context.toOpaque())
    }
    do throws(PortAudioError) {
      try Self.check(code, configuration.operation)
      guard let stream = unsafe stream else {
        throw PortAudioError(.badStream, configuration.operation)
      }
      #if os(Linux)
        if Self.wantsRealtime.isSet, isOf(paALSA, configuration) {
          unsafe PaAlsa_EnableRealtimeScheduling(stream, 1)
        }
      #endif
      return unsafe PortAudioStream(
        stream, context: context, granted: granted(stream, configuration),
        isJACK: isOf(paJACK, configuration))
    } catch {
      unsafe context.release()
      throw error
    }
  }

  private func granted(_ stream: UnsafeMutableRawPointer, _ configuration: HostConfiguration)
    -> GrantedStream
  {
    let info = unsafe Pa_GetStreamInfo(stream)?.pointee
    var granted = GrantedStream(
      reportedRate: info?.sampleRate ?? 0, wantedRate: configuration.sampleRate,
      reportedInputLatency: info?.inputLatency ?? -1,
      reportedOutputLatency: info?.outputLatency ?? -1)
    granted.connectsLate = isOf(paJACK, configuration)
    // PortAudio raises the priority of a thread that may have ended by then, and says it failed.
    granted.mustOutliveStart = isOf(paALSA, configuration)
    // It counts underruns and gives no flag.
    granted.reportsLosses = !isOf(Self.pulseAudio, configuration)
    if let info = unsafe configuration.deviceInfo, unsafe Self.leadsToServer(info) {
      // After an underrun it polls for two seconds before it goes on, and in duplex it ends; what a
      // server plays to nobody comes in blocks of two seconds.
      granted.mayGiveUp = isOf(paALSA, configuration)
      granted.longestSilence = 3
    }
    return granted
  }

  private func isOf(_ type: PaHostApiTypeId, _ configuration: HostConfiguration) -> Bool {
    unsafe configuration.deviceInfo.map { unsafe Self.isOf(type, $0) } ?? false
  }

  private static func withParameters(
    _ configuration: HostConfiguration,
    _ body: (UnsafePointer<PaStreamParameters>?, UnsafePointer<PaStreamParameters>?) -> PaError
  ) -> PaError {
    func parameters(_ direction: HostConfiguration.Direction) -> PaStreamParameters {
      unsafe PaStreamParameters(
        device: PaDeviceIndex(direction.deviceIndex),
        channelCount: CInt(clamping: direction.channelCount),
        sampleFormat: sampleFormat(direction.format), suggestedLatency: direction.latency,
        hostApiSpecificStreamInfo: nil)
    }
    var input = unsafe configuration.input.map(parameters)
    var output = unsafe configuration.output.map(parameters)
    switch (configuration.input == nil, configuration.output == nil) {
    case (true, true): return PaError(paInvalidDevice.rawValue)
    case (false, true):
      return unsafe withUnsafePointer(to: &input) { input in
        unsafe input.withMemoryRebound(to: PaStreamParameters.self, capacity: 1) {
          unsafe body($0, nil)
        }
      }
    case (true, false):
      return unsafe withUnsafePointer(to: &output) { output in
        unsafe output.withMemoryRebound(to: PaStreamParameters.self, capacity: 1) {
          unsafe body(nil, $0)
        }
      }
    case (false, false):
      return unsafe withUnsafePointer(to: &input) { input in
        unsafe withUnsafePointer(to: &output) { output in
          unsafe input.withMemoryRebound(to: PaStreamParameters.self, capacity: 1) { input in
            unsafe output.withMemoryRebound(to: PaStreamParameters.self, capacity: 1) {
              unsafe body(input, $0)
            }
          }
        }
      }
    }
  }

  private static func sampleFormat(_ format: SampleFormat) -> PaSampleFormat {
    switch format {
    case .uint8: 0x20
    case .int8: 0x10
    case .int16: 0x08
    case .int24: 0x04
    case .int32: 0x02
    case .float32, .float64: 0x01
    }
  }

  /// Throws what `code` says, with the host's own error, which must be asked for at once.
  fileprivate static func check(_ code: PaError, _ operation: String) throws(PortAudioError) {
    guard code < 0 else { return }
    var error = PortAudioError(PortAudioError.Code(rawValue: code), operation)
    if error.code == .unanticipatedHostError, let info = unsafe Pa_GetLastHostErrorInfo()?.pointee {
      error.hostError = PortAudioError.HostError(
        code: unsafe Int(info.errorCode),
        text: unsafe info.errorText.map { unsafe String(cString: $0) } ?? "")
    }
    throw error
  }
}

extension HostConfiguration {
  /// What PortAudio knows of the device, of the one for output if there are two.
  fileprivate var deviceInfo: PaDeviceInfo? {
    guard let index = (output ?? input)?.deviceIndex else { return nil }
    return unsafe Pa_GetDeviceInfo(PaDeviceIndex(index))?.pointee
  }
}

/// An open PortAudio stream.
@safe private final class PortAudioStream: HostStream, @unchecked Sendable {
  // Safe to share: every member is used on the host's thread alone.
  private let stream: UnsafeMutableRawPointer
  private let context: Unmanaged<Trampoline>
  let granted: GrantedStream
  private let isJACK: Bool

  init(
    _ stream: UnsafeMutableRawPointer, context: Unmanaged<Trampoline>, granted: GrantedStream,
    isJACK: Bool
  ) {
    unsafe self.stream = stream
    unsafe self.context = context
    self.granted = granted
    self.isJACK = isJACK
  }

  func start() throws(PortAudioError) {
    try PortAudioHost.check(unsafe Pa_StartStream(stream), "starting stream")
  }

  func stop() throws(PortAudioError) {
    let code = PortAudioHost.parking { unsafe Pa_StopStream(stream) }
    try PortAudioHost.check(code, "stopping stream")
  }

  func abort() throws(PortAudioError) {
    let code = PortAudioHost.parking { unsafe Pa_AbortStream(stream) }
    try PortAudioHost.check(code, "aborting stream")
  }

  /// A JACK stream is left as it is if its server is gone: PortAudio would insist on an orderly end
  /// of each port.
  func close() throws(PortAudioError) {
    let operation = "closing stream"
    guard !isJACK || sd_jack_server_answers() else { throw PortAudioError(.hostLost, operation) }
    let code = PortAudioHost.parking { unsafe Pa_CloseStream(stream) }
    unsafe context.release()
    try PortAudioHost.check(code, operation)
  }

  /// A JACK stream that is inactive has lost its server: even if another one answers by now,
  /// PortAudio would wait for the old one.
  func giveUp() throws(PortAudioError) {
    guard !isJACK || isActive else { return }
    try close()
  }

  var isActive: Bool { unsafe Pa_IsStreamActive(stream) == 1 }
  var time: Double { unsafe Pa_GetStreamTime(stream) }
  var cpuLoad: Double { unsafe Pa_GetStreamCpuLoad(stream) }
}
