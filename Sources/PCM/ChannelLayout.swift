/// The position of a channel's loudspeaker.
///
/// The raw value is the speaker's bit in a WAV file's `dwChannelMask`; the names are Microsoft's.
public enum ChannelPosition: Int, Hashable, Sendable, CaseIterable {
  case frontLeft, frontRight, frontCenter, lowFrequency, backLeft, backRight
  case frontLeftOfCenter, frontRightOfCenter, backCenter, sideLeft, sideRight
  case topCenter, topFrontLeft, topFrontCenter, topFrontRight
  case topBackLeft, topBackCenter, topBackRight

  /// The short name that players print: `FL`, `LFE`, `SR`.
  public var name: String {
    switch self {
    case .frontLeft: "FL"
    case .frontRight: "FR"
    case .frontCenter: "FC"
    case .lowFrequency: "LFE"
    case .backLeft: "BL"
    case .backRight: "BR"
    case .frontLeftOfCenter: "FLC"
    case .frontRightOfCenter: "FRC"
    case .backCenter: "BC"
    case .sideLeft: "SL"
    case .sideRight: "SR"
    case .topCenter: "TC"
    case .topFrontLeft: "TFL"
    case .topFrontCenter: "TFC"
    case .topFrontRight: "TFR"
    case .topBackLeft: "TBL"
    case .topBackCenter: "TBC"
    case .topBackRight: "TBR"
    }
  }

  var bit: UInt32 { 1 << UInt32(rawValue) }
}

/// The loudspeaker of each channel: a set of positions, with channels in WAV's order.
///
/// Channels always have that order in this project; reading and writing permutes those of files
/// with a different order (Vorbis, Opus).
public struct ChannelLayout: Hashable, Sendable {
  /// The position of each channel, in the order of channels and of the bits of `mask`.
  public let positions: [ChannelPosition]

  /// Creates a layout from positions in any order; nil if there are none, or if one repeats.
  public init?(_ positions: [ChannelPosition]) {
    guard !positions.isEmpty, Set(positions).count == positions.count else { return nil }
    self.positions = positions.sorted { $0.rawValue < $1.rawValue }
  }

  /// Creates a layout from a `dwChannelMask`; nil unless the mask has one known position per
  /// channel.
  public init?(mask: UInt32, channelCount: Int) {
    let positions = ChannelPosition.allCases.filter { mask & $0.bit != 0 }
    guard positions.count == channelCount, channelCount > 0, mask >> 18 == 0 else { return nil }
    self.positions = positions
  }

  /// The layout of some of the channels, or nil if they leave WAV's order or repeat one.
  public func selecting(_ map: ChannelMap) -> ChannelLayout? {
    guard map.highest <= channelCount else { return nil }
    let chosen = map.channels.map { positions[$0 - 1] }
    guard let layout = ChannelLayout(chosen), layout.positions == chosen else { return nil }
    return layout
  }

  /// The layout that FLAC, Vorbis and Opus define for a channel count: mono, stereo, 3.0, quad,
  /// 5.0, 5.1, 6.1, 7.1; nil beyond.
  public static func standard(_ channelCount: Int) -> ChannelLayout? {
    let masks: [UInt32] = [0x4, 0x3, 0x7, 0x33, 0x37, 0x3F, 0x70F, 0x63F]
    guard masks.indices.contains(channelCount - 1) else { return nil }
    return ChannelLayout(mask: masks[channelCount - 1], channelCount: channelCount)
  }

  /// The `dwChannelMask` of a WAV file.
  public var mask: UInt32 { positions.reduce(0) { $0 | $1.bit } }

  /// The number of channels.
  public var channelCount: Int { positions.count }

  /// The name that players use, such as `5.1`, or the positions: `FL+FR+LFE+BC`.
  public var name: String {
    Self.names[mask] ?? positions.map(\.name).joined(separator: "+")
  }

  private static let names: [UInt32: String] = [
    0x4: "mono", 0x3: "stereo", 0xB: "2.1", 0x7: "3.0", 0x103: "3.0(back)", 0xF: "3.1",
    0x107: "4.0", 0x33: "quad", 0x603: "quad(side)", 0x10F: "4.1", 0x37: "5.0", 0x607: "5.0(side)",
    0x3F: "5.1", 0x60F: "5.1(side)", 0x707: "6.0", 0x70F: "6.1", 0x13F: "6.1(back)",
    0x637: "7.0", 0x63F: "7.1", 0xFF: "7.1(wide)", 0x6CF: "7.1(wide-side)",
  ]
}

extension ChannelLayout: CustomStringConvertible {
  /// The same as `name`.
  public var description: String { name }
}
