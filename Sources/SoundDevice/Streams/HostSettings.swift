/// Settings of one host API, for one direction of a stream. The ancestor's `extra_settings`.
///
/// A stream on a device of another host API throws `incompatibleHostSettings` before anything is
/// opened. Corresponds to `hostApiSpecificStreamInfo`.
public enum HostSettings: Hashable, Sendable {
  /// Of macOS's Core Audio.
  case coreAudio(CoreAudioSettings)
  /// Of Windows' WASAPI.
  case wasapi(WASAPISettings)
  /// Of Steinberg's ASIO.
  case asio(ASIOSettings)

  /// The name of the host API whose devices take these settings, as in ``HostAPI/name``.
  public var hostAPIName: String {
    switch self {
    case .coreAudio: "Core Audio"
    case .wasapi: "Windows WASAPI"
    case .asio: "ASIO"
    }
  }
}

/// Settings of Core Audio. The ancestor's `CoreAudioSettings`; corresponds to
/// `PaMacCoreStreamInfo`.
public struct CoreAudioSettings: Hashable, Sendable {
  /// The quality of Core Audio's rate conversion.
  public enum ConversionQuality: UInt, Hashable, Sendable {
    /// The best quality, PortAudio's default.
    case max = 0
    /// The least work.
    case min = 0x100
    /// Medium.
    case medium = 0x200
    /// Low.
    case low = 0x300
    /// High.
    case high = 0x400
  }

  /// For output, the stream's channel, from 0, for each channel of the device, -1 for silence; for
  /// input, the device's channel, from 0, for each channel of the stream. Empty for straight.
  /// ``StreamParameters/channelMap`` works with every host API.
  public var channelMap: [Int]
  /// Changes the device's rate and format to the stream's, for other programs, too.
  public var changesDeviceParameters: Bool
  /// With ``changesDeviceParameters``, refuses a stream for which Core Audio would convert.
  public var refusesConversion: Bool
  /// The quality of Core Audio's rate conversion.
  public var conversionQuality: ConversionQuality

  /// Creates settings; everything has PortAudio's default.
  public init(
    channelMap: [Int] = [], changesDeviceParameters: Bool = false, refusesConversion: Bool = false,
    conversionQuality: ConversionQuality = .max
  ) {
    self.channelMap = channelMap
    self.changesDeviceParameters = changesDeviceParameters
    self.refusesConversion = refusesConversion
    self.conversionQuality = conversionQuality
  }

  /// The flags of `PaMacCoreStreamInfo`.
  var flags: UInt {
    (changesDeviceParameters ? 1 : 0) | (refusesConversion ? 2 : 0) | conversionQuality.rawValue
  }
}

/// Settings of WASAPI. The ancestor's `WasapiSettings`; corresponds to `PaWasapiStreamInfo`.
public struct WASAPISettings: Hashable, Sendable {
  /// Opens the device for this stream alone.
  public var isExclusive: Bool
  /// Lets the system convert the sample rate.
  public var convertsRate: Bool
  /// In exclusive mode, opens the device in the stream's own sample format or not at all.
  public var usesExactFormat: Bool

  /// Creates settings; everything has PortAudio's default.
  public init(
    isExclusive: Bool = false, convertsRate: Bool = false, usesExactFormat: Bool = false
  ) {
    self.isExclusive = isExclusive
    self.convertsRate = convertsRate
    self.usesExactFormat = usesExactFormat
  }
}

/// Settings of ASIO. The ancestor's `AsioSettings`; corresponds to `PaAsioStreamInfo`.
public struct ASIOSettings: Hashable, Sendable {
  /// The device's channel, from 0, for each channel of the stream.
  public var channelSelectors: [Int]

  /// Creates settings.
  public init(channelSelectors: [Int]) { self.channelSelectors = channelSelectors }
}
