internal import CPortAudio
internal import CRealtime
internal import PCM
internal import Platform
internal import Synchronization

/// PortAudio. The only file that calls `Pa_*`. All calls but those for texts and versions are made
/// on the host's thread.
final class PortAudioHost: Host, @unchecked Sendable {
  // Safe to share: only the host's thread uses these.
  private var isInitialized = false
  private var listsJACK = false
  /// The time of PortAudio's start, in seconds of the monotonic clock.
  private var startTime = -Double.infinity

  /// The name that JACK shows for this program. Set before the first call.
  static let clientName = Guarded<String?>(nil)
  /// Whether messages from ALSA and JACK are let through.
  static let isChatty = AtomicFlag()
  /// Whether to suppress libraries' output while streams end; our programs print by other means.
  static let isSilent = AtomicFlag()
  /// Whether ALSA callbacks should run with real-time priority.
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
    /// The position of each of PortAudio's host APIs in the listing.
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
    let traits = unsafe Self.traits(info)
    let rate = unsafe traits.defaultRate(info.defaultSampleRate) { rate in
      unsafe takes(rate, Int(info.maxOutputChannels), index)
    }
    return unsafe HostListing.Entry(
      index: index, name: Self.name(info.name), apiIndex: apiIndex,
      maxInputChannelCount: Reported.channelCount(Int(info.maxInputChannels)),
      maxOutputChannelCount: Reported.channelCount(Int(info.maxOutputChannels)),
      defaultLowInputLatency: traits.lowLatency(info.defaultLowInputLatency, rate: rate),
      defaultLowOutputLatency: traits.lowLatency(info.defaultLowOutputLatency, rate: rate),
      defaultHighInputLatency: traits.highInputLatency(info.defaultHighInputLatency),
      defaultHighOutputLatency: traits.highOutputLatency(info.defaultHighOutputLatency),
      defaultSampleRate: rate, isServer: traits.isServer)
  }

  private static func traits(_ info: PaDeviceInfo) -> DeviceTraits {
    let api = unsafe Pa_GetHostApiInfo(info.hostApi).map { Int(unsafe $0.pointee.type.rawValue) }
    return unsafe DeviceTraits(api: api ?? -1, name: name(info.name))
  }

  private func takes(_ rate: Double, _ outputChannelCount: Int, _ index: Int) -> Bool {
    let direction = HostConfiguration.Direction(
      deviceIndex: index, channelCount: 2, format: .int16, latency: 0.2)
    let isOutput = outputChannelCount >= 2
    let configuration = HostConfiguration(
      input: isOutput ? nil : direction, output: isOutput ? direction : nil, sampleRate: rate,
      blockSize: 0, operation: "listing")
    let code = unsafe Self.withParameters(configuration) { input, output in
      unsafe Pa_IsFormatSupported(input, output, rate)
    }
    return code == 0
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
    try Self.checkStart(Self.parking { Pa_Initialize() })
    isInitialized = true
    startTime = monotonicSeconds()
  }

  /// Whether PortAudio may be terminated: doing so aborts the program if its JACK server has died.
  /// A server that answered a moment ago is not asked again; asking takes half as long as a
  /// listing.
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
    // A failure needs no handling: the program is ending.
    _ = Self.parking { Pa_Terminate() }
    isInitialized = false
  }

  var hasDied: Bool { sd_has_parked() }

  /// Makes a call during which an assertion may fail, as in PortAudio when its JACK server dies:
  /// this thread then never returns, instead of ending the program.
  fileprivate static func parking(_ call: () -> PaError) -> PaError {
    sd_park_at_abort(true, isSilent.isSet)
    defer { sd_park_at_abort(false, false) }
    return call()
  }

  func format(for format: SampleFormat, device index: Int) -> SampleFormat {
    guard let info = unsafe Pa_GetDeviceInfo(PaDeviceIndex(index))?.pointee else { return .float32 }
    // APIs that do not take integers convert to floating point themselves, and PortAudio's own
    // conversion is not exact, so they get floating point from us.
    guard unsafe Self.traits(info).takesIntegers else { return .float32 }
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
    let traits = unsafe configuration.deviceInfo.map { unsafe Self.traits($0) }
    let configuration = traits?.adapted(configuration) ?? configuration
    let code = Self.parking {
      unsafe Self.withParameters(configuration) { input, output in
        unsafe Pa_OpenStream(
          &stream, input, output, configuration.sampleRate, UInt(configuration.blockSize),
          PaStreamFlags(flags), portAudioCallback, context.toOpaque())
      }
    }
    do throws(PortAudioError) {
      try Self.check(code, configuration.operation)
      guard let stream = unsafe stream else {
        throw PortAudioError(.badStream, configuration.operation)
      }
      #if os(Linux)
        if Self.wantsRealtime.isSet, traits?.isALSA == true {
          unsafe PaAlsa_EnableRealtimeScheduling(stream, 1)
        }
      #endif
      return unsafe PortAudioStream(
        stream, context: context, granted: granted(stream, configuration, traits),
        isJACK: traits?.isJACK == true)
    } catch {
      unsafe context.release()
      throw error
    }
  }

  private func granted(
    _ stream: UnsafeMutableRawPointer, _ configuration: HostConfiguration, _ traits: DeviceTraits?
  ) -> GrantedStream {
    let info = unsafe Pa_GetStreamInfo(stream)?.pointee
    var granted = GrantedStream(
      reportedRate: info?.sampleRate ?? 0, wantedRate: configuration.sampleRate,
      reportedInputLatency: info?.inputLatency ?? -1,
      reportedOutputLatency: info?.outputLatency ?? -1)
    traits?.complete(
      &granted, requested: (configuration.input?.latency, configuration.output?.latency))
    return granted
  }

  private static func withParameters(
    _ configuration: HostConfiguration,
    _ body: (UnsafePointer<PaStreamParameters>?, UnsafePointer<PaStreamParameters>?) -> PaError
  ) -> PaError {
    unsafe withParameters(configuration.input) { input in
      unsafe withParameters(configuration.output) { output in
        if unsafe input == nil && output == nil { return PaError(paInvalidDevice.rawValue) }
        return unsafe body(input, output)
      }
    }
  }

  private static func withParameters(
    _ direction: HostConfiguration.Direction?,
    _ body: (UnsafePointer<PaStreamParameters>?) -> PaError
  ) -> PaError {
    guard let direction else { return body(nil) }
    return unsafe direction.settings.withStreamInfo { info in
      let parameters = unsafe PaStreamParameters(
        device: PaDeviceIndex(direction.deviceIndex),
        channelCount: CInt(clamping: direction.channelCount),
        sampleFormat: sampleFormat(direction.format), suggestedLatency: direction.latency,
        hostApiSpecificStreamInfo: info)
      return unsafe withUnsafePointer(to: parameters) { unsafe body($0) }
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

  /// PortAudio's PulseAudio host returns PulseAudio's own codes, which are positive, if no server
  /// lets it in; no host API is left then.
  private static func checkStart(_ code: PaError) throws(PortAudioError) {
    let operation = "starting PortAudio"
    if let error = PortAudioError(startCode: code, operation) { throw error }
    try check(code, operation)
  }

  /// Throws the error of `code`, with the host's own error, which must be fetched at once.
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
  /// PortAudio's record of the device, or of the output device if there are two.
  fileprivate var deviceInfo: PaDeviceInfo? {
    guard let index = (output ?? input)?.deviceIndex else { return nil }
    return unsafe Pa_GetDeviceInfo(PaDeviceIndex(index))?.pointee
  }
}

/// An open PortAudio stream.
@safe private final class PortAudioStream: HostStream, @unchecked Sendable {
  // Safe to share: only the host's thread uses the members.
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
    let code = PortAudioHost.parking { unsafe Pa_StartStream(stream) }
    try PortAudioHost.check(code, "starting stream")
  }

  func stop() throws(PortAudioError) {
    try checkEnd(PortAudioHost.parking { unsafe Pa_StopStream(stream) }, "stopping stream")
  }

  func abort() throws(PortAudioError) {
    try checkEnd(PortAudioHost.parking { unsafe Pa_AbortStream(stream) }, "aborting stream")
  }

  /// Ignores JACK's errors about a server that is gone.
  private func checkEnd(_ code: PaError, _ operation: String) throws(PortAudioError) {
    guard isJACK, code == PortAudioError.Code.unanticipatedHostError.rawValue else {
      return try PortAudioHost.check(code, operation)
    }
    guard sd_jack_server_answers() else { throw PortAudioError(.hostLost, operation) }
    try PortAudioHost.check(code, operation)
  }

  /// Leaves a JACK stream alone if its server is gone: PortAudio would insist on an orderly end of
  /// each port.
  func close() throws(PortAudioError) {
    let operation = "closing stream"
    guard !isJACK || sd_jack_server_answers() else { throw PortAudioError(.hostLost, operation) }
    let code = PortAudioHost.parking { unsafe Pa_CloseStream(stream) }
    unsafe context.release()
    try PortAudioHost.check(code, operation)
  }

  /// An inactive JACK stream has lost its server: even if a new one answers by now, PortAudio would
  /// wait for the old one.
  func giveUp() throws(PortAudioError) {
    guard !isJACK || isActive else { return }
    try close()
  }

  var isActive: Bool { unsafe Pa_IsStreamActive(stream) == 1 }
  var time: Double { unsafe Pa_GetStreamTime(stream) }
  var cpuLoad: Double { unsafe Pa_GetStreamCpuLoad(stream) }
  /// PortAudio updates a JACK stream's rate with its server's.
  var currentRate: Double? {
    unsafe Pa_GetStreamInfo(stream).flatMap { Reported.sampleRate(unsafe $0.pointee.sampleRate) }
  }
}
