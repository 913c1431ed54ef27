extension ChannelMap {
  /// Extracts the chosen channels from interleaved frames.
  ///
  /// `source` is whole frames of `channelCount` samples, which must include the map's highest
  /// channel. `target` must have room for as many frames of `count` samples. Both are of
  /// `encoding`. Any thread, the audio thread included.
  @_lifetime(target: copy target)
  public func gather(
    _ source: RawSpan, channelCount: Int, into target: inout MutableRawSpan,
    encoding: SampleEncoding
  ) {
    let width = encoding.byteCount
    let frameCount = frames(in: source.byteCount, channelCount, width)
    precondition(highest <= channelCount, "the map's channels exist")
    precondition(target.byteCount >= frameCount * count * width, "the target has room")
    unsafe source.withUnsafeBytes { input in
      unsafe target.withUnsafeMutableBytes { output in
        guard let from = input.baseAddress, let to = output.baseAddress else { return }
        if count == channelCount && isStraight {
          unsafe to.copyMemory(from: from, byteCount: input.count)
          return
        }
        unsafe copyFrames(frameCount, width) { frames, index in
          unsafe Strided(
            source: from + (frames * channelCount + channels[index] - 1) * width,
            sourceStride: channelCount * width,
            target: to + (frames * count + index) * width, targetStride: count * width)
        }
      }
    }
  }

  /// Writes data to the chosen channels of interleaved frames, and silence to the others.
  ///
  /// `source` is whole frames of `count` samples, or of one sample, which then goes to every chosen
  /// channel. `target` must have room for as many frames of `channelCount` samples, which must
  /// include the map's highest channel. If a channel is chosen twice, the last one wins. Both are
  /// of `encoding`. Any thread, the audio thread included.
  @_lifetime(target: copy target)
  public func scatter(
    _ source: RawSpan, channelCount sourceChannelCount: Int, into target: inout MutableRawSpan,
    channelCount: Int, encoding: SampleEncoding
  ) {
    precondition(
      sourceChannelCount == count || sourceChannelCount == 1, "as many channels as in the map")
    let width = encoding.byteCount
    let frameCount = frames(in: source.byteCount, sourceChannelCount, width)
    precondition(highest <= channelCount, "the map's channels exist")
    precondition(target.byteCount >= frameCount * channelCount * width, "the target has room")
    unsafe source.withUnsafeBytes { input in
      unsafe target.withUnsafeMutableBytes { output in
        guard let from = input.baseAddress, let to = output.baseAddress else { return }
        unsafe to.initializeMemory(
          as: UInt8.self, repeating: encoding.silentByte,
          count: frameCount * channelCount * width)
        unsafe copyFrames(frameCount, width) { frames, index in
          unsafe Strided(
            source: from
              + (frames * sourceChannelCount + (sourceChannelCount == 1 ? 0 : index)) * width,
            sourceStride: sourceChannelCount * width,
            target: to + (frames * channelCount + channels[index] - 1) * width,
            targetStride: channelCount * width)
        }
      }
    }
  }

  /// Copies channel by channel, a few hundred frames at a time so that they stay in the cache.
  @inline(__always)
  private func copyFrames(
    _ frameCount: Int, _ width: Int, _ strided: (_ firstFrame: Int, _ index: Int) -> Strided
  ) {
    var first = 0
    while first < frameCount {
      let chunk = min(frameCount - first, 512)
      for index in 0..<count {
        let samples = unsafe strided(first, index)
        switch width {
        case 1: unsafe samples.copy(chunk, as: UInt8.self)
        case 2: unsafe samples.copy(chunk, as: UInt16.self)
        case 3: unsafe samples.copy(chunk, as: Int24.self)
        case 4: unsafe samples.copy(chunk, as: UInt32.self)
        default: unsafe samples.copy(chunk, as: UInt64.self)
        }
      }
      first += chunk
    }
  }

  private func frames(in byteCount: Int, _ channelCount: Int, _ width: Int) -> Int {
    let frameCount = byteCount / (channelCount * width)
    precondition(byteCount == frameCount * channelCount * width, "the source is whole frames")
    return frameCount
  }
}

/// One channel to copy between interleaved frames.
@unsafe
private struct Strided {
  let source: UnsafeRawPointer
  let sourceStride: Int
  let target: UnsafeMutableRawPointer
  let targetStride: Int

  @inline(__always)
  func copy<Bits: BitwiseCopyable>(_ count: Int, as type: Bits.Type) {
    for i in 0..<count {
      let bits = unsafe (source + i &* sourceStride).loadUnaligned(as: Bits.self)
      unsafe (target + i &* targetStride).storeBytes(of: bits, as: Bits.self)
    }
  }
}
