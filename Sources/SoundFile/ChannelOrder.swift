import PCM

/// The channel order of Vorbis and Opus, if it differs from WAV's.
struct ChannelOrder: Equatable {
  /// For each channel of the coded stream, the frame's channel in WAV's order.
  private let channels: [Int]

  /// nil if the codec has WAV's order.
  init?(of codec: AudioCodec, channelCount: Int) {
    guard codec == .vorbis || codec == .opus,
      let positions = Self.positions(channelCount), let layout = ChannelLayout(positions)
    else { return nil }
    channels = positions.compactMap { layout.positions.firstIndex(of: $0) }
  }

  /// Vorbis I, section 4.3.9, which Opus adopts; nil for the counts that agree with WAV.
  private static func positions(_ channelCount: Int) -> [ChannelPosition]? {
    switch channelCount {
    case 3: [.frontLeft, .frontCenter, .frontRight]
    case 5: [.frontLeft, .frontCenter, .frontRight, .backLeft, .backRight]
    case 6: [.frontLeft, .frontCenter, .frontRight, .backLeft, .backRight, .lowFrequency]
    case 7:
      [.frontLeft, .frontCenter, .frontRight, .sideLeft, .sideRight, .backCenter, .lowFrequency]
    case 8:
      [
        .frontLeft, .frontCenter, .frontRight, .sideLeft, .sideRight, .backLeft, .backRight,
        .lowFrequency,
      ]
    default: nil
    }
  }

  /// Converts frames from WAV's order to the codec's.
  func ordered(_ frames: RawSpan, sampleByteCount: Int) -> [UInt8] {
    let bytesPerFrame = channels.count * sampleByteCount
    return unsafe frames.withUnsafeBytes { source in
      unsafe [UInt8](unsafeUninitializedCapacity: source.count) { target, count in
        var at = 0
        for start in stride(from: 0, to: source.count, by: bytesPerFrame) {
          for channel in channels {
            for byte in 0..<sampleByteCount {
              unsafe target[at] = source[start + channel * sampleByteCount + byte]
              at += 1
            }
          }
        }
        count = at
      }
    }
  }

  /// Converts frames from the codec's order to WAV's, in place.
  func restore(_ frames: UnsafeMutableRawBufferPointer, sampleByteCount: Int) {
    let bytesPerFrame = channels.count * sampleByteCount
    unsafe withUnsafeTemporaryAllocation(byteCount: bytesPerFrame, alignment: 1) { frame in
      for start in stride(from: 0, to: frames.count, by: bytesPerFrame) {
        let place = unsafe UnsafeMutableRawBufferPointer(
          rebasing: frames[start..<(start + bytesPerFrame)])
        unsafe frame.copyMemory(from: UnsafeRawBufferPointer(place))
        for (coded, channel) in channels.enumerated() {
          for byte in 0..<sampleByteCount {
            unsafe place[channel * sampleByteCount + byte] =
              frame[coded * sampleByteCount + byte]
          }
        }
      }
    }
  }
}
