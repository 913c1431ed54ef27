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
    for index in 0..<max(0, Pa_GetHostApiCount()) {
      guard let info = unsafe Pa_GetHostApiInfo(index)?.pointee else { continue }
      listing.apis.append(unsafe Self.api(info, index: index))
      if unsafe info.type == paJACK { listsJACK = true }
    }
    for index in 0..<max(0, Pa_GetDeviceCount()) {
      guard let info = unsafe Pa_GetDeviceInfo(index)?.pointee else { continue }
      listing.devices.append(unsafe Self.entry(info))
    }
    listing.defaultInput = Self.deviceIndex(Pa_GetDefaultInputDevice())
    listing.defaultOutput = Self.deviceIndex(Pa_GetDefaultOutputDevice())
    let api = Pa_GetDefaultHostApi()
    listing.defaultAPIIndex = api >= 0 ? Int(api) : nil
    return listing
  }

  private static func api(_ info: PaHostApiInfo, index: PaHostApiIndex) -> HostListing.API {
    HostListing.API(
      name: unsafe String(cString: info.name),
      deviceIndexes: unsafe (0..<max(0, info.deviceCount)).map {
        Int(Pa_HostApiDeviceIndexToDeviceIndex(index, $0))
      },
      defaultInput: unsafe deviceIndex(info.defaultInputDevice),
      defaultOutput: unsafe deviceIndex(info.defaultOutputDevice))
  }

  private static func entry(_ info: PaDeviceInfo) -> HostListing.Entry {
    let leastHighLatency = unsafe leadsToServer(info) ? serverLatency : 0
    return unsafe HostListing.Entry(
      name: String(cString: info.name), apiIndex: Int(info.hostApi),
      maxInputChannelCount: Int(info.maxInputChannels),
      maxOutputChannelCount: Int(info.maxOutputChannels),
      defaultLowInputLatency: info.defaultLowInputLatency,
      defaultLowOutputLatency: info.defaultLowOutputLatency,
      defaultHighInputLatency: max(info.defaultHighInputLatency, leastHighLatency),
      defaultHighOutputLatency: max(info.defaultHighOutputLatency, leastHighLatency),
      defaultSampleRate: info.defaultSampleRate)
  }

  /// The latency at which playing to a sound server through ALSA, and recording from it, is robust,
  /// in seconds. PortAudio takes 35 ms for that, whatever the server's own period is: underruns, each
  /// of which is followed by two seconds of silence.
  private static let serverLatency = 0.2

  /// Whether an ALSA device is not hardware: PulseAudio, PipeWire, `default`.
  private static func leadsToServer(_ info: PaDeviceInfo) -> Bool {
    unsafe Pa_GetHostApiInfo(info.hostApi)?.pointee.type == paALSA
      && !String(cString: info.name).contains("(hw:")
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
    try Self.check(Pa_Terminate(), "stopping PortAudio")
    isInitialized = false
    listsJACK = false
    try initialize()
  }

  func shutDown() {
    guard isInitialized, mayTerminate() else { return }
    // Nothing is left to do if it fails: the program ends.
    _ = Pa_Terminate()
    isInitialized = false
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
      let hostStream = unsafe PortAudioStream(stream, context: context)
      hostStream.granted.connectsLate = isOf(paJACK, configuration)
      // PortAudio raises the priority of a thread that may have ended by then, and says it failed.
      hostStream.granted.mustOutliveStart = isOf(paALSA, configuration)
      if let info = unsafe configuration.deviceInfo, unsafe Self.leadsToServer(info) {
        // After an underrun it polls for two seconds before it goes on, and in duplex it ends; what a
        // server plays to nobody comes in blocks of two seconds.
        hostStream.granted.mayGiveUp = true
        hostStream.granted.longestSilence = 3
      }
      return hostStream
    } catch {
      unsafe context.release()
      throw error
    }
  }

  private func isOf(_ type: PaHostApiTypeId, _ configuration: HostConfiguration) -> Bool {
    guard let info = unsafe configuration.deviceInfo else { return false }
    return unsafe Pa_GetHostApiInfo(info.hostApi)?.pointee.type == type
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
  fileprivate(set) var granted: GrantedStream

  init(_ stream: UnsafeMutableRawPointer, context: Unmanaged<Trampoline>) {
    unsafe self.stream = stream
    unsafe self.context = context
    let info = unsafe Pa_GetStreamInfo(stream)?.pointee
    granted = GrantedStream(
      sampleRate: info?.sampleRate ?? 0, inputLatency: info?.inputLatency ?? 0,
      outputLatency: info?.outputLatency ?? 0)
  }

  func start() throws(PortAudioError) {
    try PortAudioHost.check(unsafe Pa_StartStream(stream), "starting stream")
  }

  func stop() throws(PortAudioError) {
    try PortAudioHost.check(unsafe Pa_StopStream(stream), "stopping stream")
  }

  func abort() throws(PortAudioError) {
    try PortAudioHost.check(unsafe Pa_AbortStream(stream), "aborting stream")
  }

  func close() throws(PortAudioError) {
    let code = unsafe Pa_CloseStream(stream)
    unsafe context.release()
    try PortAudioHost.check(code, "closing stream")
  }

  var isActive: Bool { unsafe Pa_IsStreamActive(stream) == 1 }
  var time: Double { unsafe Pa_GetStreamTime(stream) }
  var cpuLoad: Double { unsafe Pa_GetStreamCpuLoad(stream) }
}
