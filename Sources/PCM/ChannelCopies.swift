extension ChannelMap {
  /// Takes the chosen channels out of interleaved frames.
  ///
  /// `source` is whole frames of `channelCount` samples, which must include the highest channel
  /// of the map; `target` has room for as many frames of `count` samples. Both are of
  /// `encoding`. Any thread, the audio thread too.
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
        for (index, channel) in channels.enumerated() {
          unsafe copySamples(
            from: from + (channel - 1) * width, every: channelCount * width,
            to: to + index * width, every: count * width, count: frameCount, width: width)
        }
      }
    }
  }

  /// Puts data into the chosen channels of interleaved frames, and silence into the others.
  ///
  /// `source` is whole frames of `count` samples, or of one sample, which then goes to every
  /// chosen channel. `target` has room for as many frames of `channelCount` samples, which must
  /// include the highest channel of the map. Where a channel is chosen twice the last one stays.
  /// Both are of `encoding`. Any thread, the audio thread too.
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
        for (index, channel) in channels.enumerated() {
          unsafe copySamples(
            from: from + (sourceChannelCount == 1 ? 0 : index) * width,
            every: sourceChannelCount * width,
            to: to + (channel - 1) * width, every: channelCount * width,
            count: frameCount, width: width)
        }
      }
    }
  }

  private func frames(in byteCount: Int, _ channelCount: Int, _ width: Int) -> Int {
    let frameCount = byteCount / (channelCount * width)
    precondition(byteCount == frameCount * channelCount * width, "the source is whole frames")
    return frameCount
  }
}

/// Copies `count` samples of `width` bytes, each `every` bytes on.
private func copySamples(
  from source: UnsafeRawPointer, every sourceStride: Int,
  to target: UnsafeMutableRawPointer, every targetStride: Int, count: Int, width: Int
) {
  for i in 0..<count {
    unsafe (target + i * targetStride).copyMemory(
      from: source + i * sourceStride, byteCount: width)
  }
}
