package import PCM
internal import Resampler

/// Converts frames from one format to another: select channels, mix, resample, gain, convert,
/// spread. Only the steps that change something run. Samples become floating point only for a step
/// that computes: float32 if that holds both source and target, otherwise float64.
///
/// One thread at a time.
package final class FormatChain {
  /// Processing besides the change of format.
  package struct Options {
    package var map: ChannelMap?
    /// The downmix to two channels, unless a map selects some.
    package var downmix: Downmix?
    package var gain: Gain
    package var dither: Bool
    package var clips: Bool

    package init(
      map: ChannelMap? = nil, gain: Gain = .unity, dither: Bool = true, clips: Bool = false
    ) {
      self.map = map
      self.gain = gain
      self.dither = dither
      self.clips = clips
    }
  }

  // Bytes of input pushed at once.
  private static let blockByteCount = 1 << 16

  package let input: StreamFormat
  package let output: StreamFormat

  private let map: ChannelMap?
  private let downmix: Downmix?
  private let gain: Gain
  // Interleaved channels between selecting and spreading.
  private let selectedCount: Int
  private let workCount: Int
  private let work: SampleEncoding?
  private var entry: SampleConverter
  private var exit: SampleConverter?
  private var resampler: Resampling?
  private let selected = Scratch()
  private let converted = Scratch()
  private let resampled = Scratch()
  private let unspread = Scratch()
  private let pushed = Scratch()

  /// Throws if the channels cannot be converted, or soxr refuses; the message does not name the
  /// source.
  package init(from input: StreamFormat, to output: StreamFormat, _ options: Options)
    throws(ToolError)
  {
    self.input = input
    self.output = output
    gain = options.gain
    do {
      try options.map?.validate(channelCount: input.channelCount, allowingRepeats: true)
    } catch {
      throw .failure("-m \(options.map?.description ?? "")", error.description)
    }
    map =
      options.map.map { $0.isStraight && $0.count == input.channelCount } == true
      ? nil : options.map
    selectedCount = options.map?.count ?? input.channelCount
    let mixes = options.map == nil && selectedCount > 2 && output.channelCount == 2
    downmix = mixes ? options.downmix : nil
    workCount = output.channelCount == 1 ? 1 : downmix == nil ? selectedCount : 2
    guard workCount == output.channelCount || selectedCount == 1 else {
      let reason = mixes ? " without a known layout" : ""
      throw .failure(
        "",
        "\(channels(selectedCount))\(reason) cannot be mixed to \(output.channelCount); "
          + "choose with -m")
    }
    let computes = !gain.isUnity || input.rate != output.rate || workCount != selectedCount
    guard computes else {
      work = nil
      entry = SampleConverter(
        from: input.encoding, to: output.encoding, dither: options.dither, clip: options.clips)
      return
    }
    let bits = max(input.encoding.significantBits, output.encoding.significantBits)
    let work = SampleEncoding(bits > 24 ? .float64 : .float32)
    self.work = work
    entry = SampleConverter(from: input.encoding, to: work, dither: false)
    exit = SampleConverter(
      from: work, to: output.encoding, dither: options.dither, clip: options.clips)
    if input.rate != output.rate {
      resampler = try Resampling(
        from: input.rate, to: output.rate, channelCount: workCount, encoding: work)
    }
  }

  /// Whether frames pass unchanged, and so can be read directly into their destination.
  var isCopy: Bool {
    map == nil && work == nil && entry.isCopy && selectedCount == output.channelCount
  }

  /// Whether the number of frames changes.
  package var resamples: Bool { resampler != nil }

  /// Samples clipped so far, with those that were not finite.
  package var clippedCount: Int {
    entry.clippedCount + (resampler?.repairedCount ?? 0) + (exit?.clippedCount ?? 0)
  }

  /// The frames that result from `count` frames when the rate is converted.
  static func frameCount(for count: Int, from input: Double, to output: Double) -> Int {
    input == output ? count : RateConverter.frameCount(for: count, from: input, to: output)
  }

  // MARK: Pulling, without resampling

  /// Converts whole frames into as many in `target`.
  @_lifetime(target: copy target)
  func convert(_ frames: RawSpan, into target: inout MutableRawSpan) {
    guard map != nil || work != nil else { return leave(frames, into: &target) }
    let (samples, byteCount) = enter(frames)
    amplify(samples, byteCount)
    samples.withBytes(byteCount) { leave($0, into: &target) }
  }

  // MARK: Pulling, with resampling

  /// Frames taken that wait to be resampled.
  var waitingCount: Int { resampler?.waitingCount ?? 0 }

  /// Takes whole frames; none may be waiting.
  func take(_ frames: RawSpan) {
    guard let resampler, let work else { return }
    let (samples, byteCount) = enter(frames)
    resampler.wait(for: samples, sampleCount: byteCount / work.byteCount)
  }

  /// Returns at most `capacity` resampled frames. 0 means that it needs more input or, after the
  /// last (`isEnding`), that there are no more.
  func give(
    into target: inout MutableRawSpan, capacity: Int, isEnding: Bool
  ) throws(ToolError) -> Int {
    guard let resampler, let work else { return 0 }
    let count = try resampler.resample(into: resampled, capacity: capacity, isEnding: isEnding)
    let byteCount = count * workCount * work.byteCount
    amplify(resampled, byteCount)
    resampled.withBytes(byteCount) { leave($0, into: &target) }
    return count
  }

  // MARK: Pushing

  /// Pushes whole frames and passes the results to `emit`, as far as the resampler allows.
  package func push(
    _ frames: RawSpan, _ emit: (RawSpan) throws(ToolError) -> Void
  ) throws(ToolError) {
    guard !isCopy else { return try emit(frames) }
    let limit = max(1, Self.blockByteCount / input.bytesPerFrame) * input.bytesPerFrame
    var start = 0
    while start < frames.byteCount {
      let end = min(start + limit, frames.byteCount)
      let part = frames.extracting(start..<end)
      start = end
      if resamples {
        take(part)
        try drain(isEnding: false, emit)
      } else {
        let byteCount = part.byteCount / input.bytesPerFrame * output.bytesPerFrame
        pushed.withMutableBytes(byteCount) { convert(part, into: &$0) }
        try pushed.withBytes(byteCount, emit)
      }
    }
  }

  /// Passes the resampler's remaining frames to `emit`. Nothing may be pushed afterwards.
  package func finish(_ emit: (RawSpan) throws(ToolError) -> Void) throws(ToolError) {
    if resamples { try drain(isEnding: true, emit) }
  }

  private func drain(
    isEnding: Bool, _ emit: (RawSpan) throws(ToolError) -> Void
  ) throws(ToolError) {
    let bytesPerFrame = output.bytesPerFrame
    let capacity = max(1, Self.blockByteCount / bytesPerFrame)
    while true {
      let ends = isEnding && waitingCount == 0
      let count = try pushed.withMutableBytes(capacity * bytesPerFrame) {
        bytes throws(ToolError) in
        try give(into: &bytes, capacity: capacity, isEnding: ends)
      }
      guard count > 0 else { return }
      try pushed.withBytes(count * bytesPerFrame, emit)
    }
  }

  // MARK: Steps

  /// Selects, converts to the working format and mixes: at least one of the first two.
  private func enter(_ frames: RawSpan) -> (Scratch, byteCount: Int) {
    let count = frames.byteCount / input.bytesPerFrame
    guard let map else { return (converted, toWork(frames, frameCount: count)) }
    let byteCount = count * selectedCount * input.encoding.byteCount
    selected.withMutableBytes(byteCount) {
      map.gather(
        frames, channelCount: input.channelCount, into: &$0, encoding: input.encoding)
    }
    // Without a working format, `leave` does the only conversion.
    guard work != nil else { return (selected, byteCount) }
    return (converted, selected.withBytes(byteCount) { toWork($0, frameCount: count) })
  }

  /// Returns the number of bytes.
  private func toWork(_ samples: RawSpan, frameCount: Int) -> Int {
    guard let work else { return 0 }
    let byteCount = frameCount * selectedCount * work.byteCount
    converted.withMutableBytes(byteCount) { entry.convert(samples, into: &$0) }
    guard workCount != selectedCount else { return byteCount }
    mix(converted, count: frameCount, work)
    return frameCount * workCount * work.byteCount
  }

  /// Applies the gain, in the working format.
  private func amplify(_ samples: Scratch, _ byteCount: Int) {
    guard let work, !gain.isUnity else { return }
    if work.byteCount == 4 {
      samples.withMutableSamples(Float.self, count: byteCount / 4) { gain.apply(to: &$0) }
    } else {
      samples.withMutableSamples(Double.self, count: byteCount / 8) { gain.apply(to: &$0) }
    }
  }

  /// Converts to the output's encoding and spreads.
  @_lifetime(target: copy target)
  private func leave(_ samples: RawSpan, into target: inout MutableRawSpan) {
    guard workCount != output.channelCount else { return finish(samples, into: &target) }
    let sampleCount = samples.byteCount / (work ?? input.encoding).byteCount
    let byteCount = sampleCount * output.encoding.byteCount
    unspread.withMutableBytes(byteCount) { finish(samples, into: &$0) }
    unspread.withBytes(byteCount) { mono in
      ChannelMap.straight(output.channelCount).scatter(
        mono, channelCount: 1, into: &target, channelCount: output.channelCount,
        encoding: output.encoding)
    }
  }

  @_lifetime(target: copy target)
  private func finish(_ samples: RawSpan, into target: inout MutableRawSpan) {
    if exit != nil {
      exit?.convert(samples, into: &target)
    } else {
      entry.convert(samples, into: &target)
    }
  }

  /// Replaces each frame by its downmix to two channels, or by the mean of its samples.
  private func mix(_ samples: Scratch, count: Int, _ work: SampleEncoding) {
    if work.byteCount == 4 {
      samples.withMutableSamples(Float.self, count: count * selectedCount) { mix(&$0) }
    } else {
      samples.withMutableSamples(Double.self, count: count * selectedCount) { mix(&$0) }
    }
  }

  @inline(__always)
  private func mix<T: BinaryFloatingPoint & BitwiseCopyable>(_ samples: inout MutableSpan<T>) {
    if let downmix {
      downmix.apply(to: &samples)
    } else {
      Self.mix(&samples, channelCount: selectedCount)
    }
  }

  @inline(__always)
  private static func mix<T: BinaryFloatingPoint & BitwiseCopyable>(
    _ samples: inout MutableSpan<T>, channelCount: Int
  ) {
    let scale = 1 / T(channelCount)
    for frame in 0..<samples.count / channelCount {
      var sum: T = 0
      for channel in 0..<channelCount { sum += samples[frame * channelCount + channel] }
      samples[frame] = sum * scale
    }
  }
}
