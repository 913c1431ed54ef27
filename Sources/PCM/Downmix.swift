/// Mixes many channels down to two, with the coefficients of ITU-R BS.775.
///
/// The center and each surround channel go to their side, or to both, at -3 dB; LFE is dropped. The
/// result is scaled so that full scale in all channels at once remains full scale.
public struct Downmix: Hashable, Sendable {
  /// Channels per input frame.
  public var channelCount: Int { left.count }
  /// Whether the layout has an LFE channel, which is dropped.
  public let leavesOutLowFrequency: Bool
  /// The coefficient of each channel in the left output.
  public let left: [Double]
  /// The coefficient of each channel in the right output.
  public let right: [Double]

  /// Creates a downmix of this layout to left and right.
  public init(_ layout: ChannelLayout) {
    let parts = layout.positions.map(Self.parts)
    let sums = (parts.reduce(0) { $0 + $1.left }, parts.reduce(0) { $0 + $1.right })
    let scale = 1 / max(sums.0, sums.1, 1)
    left = parts.map { $0.left * scale }
    right = parts.map { $0.right * scale }
    leavesOutLowFrequency = layout.positions.contains(.lowFrequency)
  }

  /// Replaces each frame by two samples; those of all frames are then at the start.
  public func apply<T: BinaryFloatingPoint & BitwiseCopyable>(to samples: inout MutableSpan<T>) {
    let (left, right) = (left.map { T($0) }, right.map { T($0) })
    for frame in 0..<samples.count / channelCount {
      var (l, r): (T, T) = (0, 0)
      for channel in 0..<channelCount {
        let sample = samples[frame * channelCount + channel]
        l += left[channel] * sample
        r += right[channel] * sample
      }
      samples[2 * frame] = l
      samples[2 * frame + 1] = r
    }
  }

  private static let half = 0.5.squareRoot()

  private static func parts(of position: ChannelPosition) -> (left: Double, right: Double) {
    switch position {
    case .frontLeft, .frontLeftOfCenter: (1, 0)
    case .frontRight, .frontRightOfCenter: (0, 1)
    case .frontCenter: (half, half)
    case .lowFrequency: (0, 0)
    case .backLeft, .sideLeft, .topFrontLeft, .topBackLeft: (half, 0)
    case .backRight, .sideRight, .topFrontRight, .topBackRight: (0, half)
    // Behind or above, and in the middle: -3 dB for the position, and -3 dB for two sides.
    case .backCenter, .topCenter, .topFrontCenter, .topBackCenter: (0.5, 0.5)
    }
  }
}
