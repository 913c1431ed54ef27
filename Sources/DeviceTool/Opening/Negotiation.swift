internal import PCM
internal import SoundDevice
internal import SoundTool

/// Finds a device and settles rate, channels and sample format with it.
enum Negotiation {
  static let standardRates: [Double] = [
    8000, 11025, 16000, 22050, 32000, 44100, 48000, 88200, 96000, 176400, 192000,
  ]

  /// Whether the words name a virtual device exactly.
  private static func isVirtual(_ query: String?) -> Bool {
    ["virtual:null", "virtual:loopback"].contains(query?.lowercased())
  }

  /// The device for a query, or the default one.
  static func device(_ query: String?, _ direction: StreamDirection) throws(DeviceFailure) -> Device
  {
    let list: DeviceList
    do { list = try isVirtual(query) ? DeviceList.virtual() : DeviceList.current() } catch {
      throw DeviceFailure(error)
    }
    if let query { return try device(query, in: list, direction) }
    do { return try list.defaultDevice(for: direction) } catch { throw DeviceFailure(error) }
  }

  /// The device of a list for a query.
  static func device(_ query: String, in list: DeviceList, _ direction: StreamDirection?)
    throws(DeviceFailure) -> Device
  {
    if let sink = ServerSink(query) { return try sink.device(in: list, direction) }
    do { return try list.find(query, for: direction) } catch { throw DeviceFailure(error) }
  }

  /// The format in which the device passes samples of `format` unchanged.
  static func hostFormat(for format: SampleFormat, _ device: Device) throws(DeviceFailure)
    -> SampleFormat
  {
    do { return try device.hostFormat(for: format) } catch { throw DeviceFailure(error) }
  }

  /// The rate to open a device at: `wanted` if the device supports it, otherwise, if allowed, its
  /// own.
  static func rate(
    _ wanted: Double?, _ device: Device, _ direction: StreamDirection,
    _ parameters: StreamParameters, _ format: SampleFormat, mayResample: Bool
  ) throws(DeviceFailure) -> Double {
    guard let wanted else { return device.defaultSampleRate }
    do throws(PortAudioError) {
      try parameters.check(for: direction, format: format, sampleRate: wanted)
      return wanted
    } catch {
      guard error.code == .invalidSampleRate else { throw DeviceFailure(error) }
      guard mayResample, device.defaultSampleRate != wanted else {
        throw DeviceFailure(error, remedy: remedy(device, direction, parameters, format))
      }
      Messages.detail(
        device.id,
        "does not run at \(hertz(wanted)); resampling, at \(hertz(device.defaultSampleRate))")
      return device.defaultSampleRate
    }
  }

  /// The standard rates that a device supports.
  static func rates(
    _ device: Device, _ direction: StreamDirection, _ parameters: StreamParameters,
    _ format: SampleFormat = .float32
  ) throws(PortAudioError) -> [Double] {
    var rates: [Double] = []
    for rate in Set(standardRates + [device.defaultSampleRate]).sorted() {
      do throws(PortAudioError) {
        try parameters.check(for: direction, format: format, sampleRate: rate)
        rates.append(rate)
      } catch {
        guard error.code == .invalidSampleRate else { throw error }
      }
    }
    return rates
  }

  static func remedy(
    _ device: Device, _ direction: StreamDirection, _ parameters: StreamParameters,
    _ format: SampleFormat
  ) -> String? {
    guard let rates = try? rates(device, direction, parameters, format), !rates.isEmpty else {
      return nil
    }
    let list = rates.map { "\(Int($0))" }.joined(separator: ", ")
    return "it takes \(list) Hz"
  }

  /// The sample format that holds data of this encoding without loss.
  static func sampleFormat(for encoding: SampleEncoding) -> SampleFormat {
    if encoding.isFloat { return .float32 }
    if encoding.isCompanded { return .int16 }
    switch encoding.significantBits {
    case ...8: return encoding == .u8 ? .uint8 : .int8
    case ...16: return .int16
    case ...24: return .int24
    default: return .int32
    }
  }

  /// Frames for `-B`: at least 16384, at most 16 MiB.
  static func bufferFrameCount(_ time: FrameTime, rate: Double, bytesPerFrame: Int) -> Int {
    let limit = max(16384, (16 << 20) / max(1, bytesPerFrame))
    return min(max(16384, time.frameCount(at: rate)), limit)
  }

  /// Reports the parameters of an opened direction.
  static func report(_ stream: any AudioStreaming, _ side: Side) {
    let (device, latencies) = (side.device, stream.session.latencies)
    let latency = side.direction == .input ? latencies.input : latencies.output
    Messages.detail(
      device.id,
      "opened for \(side.direction): \(hertz(stream.sampleRate)), \(channels(side.channelCount)), "
        + "\(side.format.name), latency \(milliseconds(latency ?? 0))"
        + (device.hostAPIName == "ALSA" ? ", real-time priority asked for" : ""))
  }

  /// `21.3 ms`.
  static func milliseconds(_ seconds: Double) -> String {
    "\((seconds * 10_000).rounded() / 10) ms"
  }
}
