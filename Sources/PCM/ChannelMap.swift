/// Why a list of channels was refused, in one line.
public struct ChannelMapError: Error, Hashable, CustomStringConvertible {
  /// The complaint, with lists that would work.
  public let description: String
}

/// A choice of channels, in order, counted from 1 as users count them.
///
/// Gathering extracts these channels from frames; scattering writes data to these channels of
/// frames and silence to the others.
public struct ChannelMap: Hashable, Sendable {
  /// The chosen channels, from 1; never empty.
  public let channels: [Int]

  /// Creates a map. Throws if the list is empty or too long, or a channel is not in 1...`limit`.
  public init(_ channels: [Int]) throws(ChannelMapError) {
    guard !channels.isEmpty else {
      throw ChannelMapError(description: "no channels, try 1 or 2,1")
    }
    guard channels.count <= Self.limit else {
      throw ChannelMapError(description: "more than \(Self.limit) channels")
    }
    for channel in channels where !(1...Self.limit ~= channel) {
      throw ChannelMapError(
        description: "no channel \(channel), they are counted from 1 to \(Self.limit)")
    }
    self.channels = channels
  }

  private init(unchecked channels: [Int]) {
    self.channels = channels
  }

  /// The highest channel number, and the maximum length of a map.
  public static let limit = 1024

  /// Channels 1 to `count`, in order; `count` is in 1...`limit`.
  public static func straight(_ count: Int) -> ChannelMap {
    precondition(1...limit ~= count, "a map has 1 to \(limit) channels")
    return ChannelMap(unchecked: Array(1...count))
  }

  /// Parses a list such as `2,1` or `1-4,7`, which may repeat channels.
  public init(parsing text: String) throws(ChannelMapError) {
    var channels: [Int] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false).map(wholeNumber)
      guard ends.count <= 2, let first = ends.first ?? nil, let last = ends.last ?? nil,
        first <= last
      else {
        throw ChannelMapError(
          description: "invalid channels \(quoted(text)), try 1 or 2,1 or 1-4")
      }
      guard first >= 1, last <= Self.limit else {
        throw ChannelMapError(
          description: "no such channel in \(quoted(text)), "
            + "they are counted from 1 to \(Self.limit)")
      }
      channels += first...last
    }
    try self.init(channels)
  }

  /// The number of channels chosen.
  public var count: Int { channels.count }

  /// The highest channel chosen.
  public var highest: Int { channels.reduce(0, max) }

  /// Whether no channel is chosen twice.
  public var isDistinct: Bool { Set(channels).count == count }

  /// Whether the map is 1, 2, … up to `count`.
  public var isStraight: Bool { channels.enumerated().allSatisfy { $0.offset + 1 == $0.element } }

  /// Throws if a channel is above `channelCount`, or chosen twice without `allowingRepeats`.
  public func validate(
    channelCount: Int, allowingRepeats repeats: Bool = false
  ) throws(ChannelMapError) {
    if highest > channelCount {
      throw ChannelMapError(
        description: channelCount == 1
          ? "no channel \(highest), there is only 1"
          : "no channel \(highest), there are only \(channelCount)")
    }
    if !repeats { try validateDistinct() }
  }

  /// Throws if a channel is chosen twice.
  public func validateDistinct() throws(ChannelMapError) {
    var seen: Set<Int> = []
    for channel in channels where !seen.insert(channel).inserted {
      throw ChannelMapError(description: "channel \(channel) twice, each may be mapped once")
    }
  }
}

extension ChannelMap: CustomStringConvertible {
  /// The list as it is parsed: `2,1`.
  public var description: String { channels.map(String.init).joined(separator: ",") }
}
