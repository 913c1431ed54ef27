internal import PCM
internal import Resampler

/// From frames of one format to frames of another: select channels, mix, resample, gain, convert,
/// spread. Each step is there only if something changes, and samples become floating point only
/// for a step that computes: float32 where that holds the source and the target, else float64.
///
/// One thread at a time.
final class FormatChain {
  /// What happens besides the change of format.
  struct Options {
    var map: ChannelMap?
    /// How many channels become two, where no map chooses some.
    var downmix: Downmix?
    var gain = Gain.unity
    var dither = true
    var clips = false
  }

  let input: StreamFormat
  let output: StreamFormat

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
  private let scratch = (a: Scratch(), b: Scratch(), c: Scratch())

  /// Throws where the channels of one cannot become those of the other, or soxr refuses; the
  /// message does not name the source.
  init(from input: StreamFormat, to output: StreamFormat, _ options: Options) throws(ToolError) {
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

  /// Whether frames pass as they are, so that they may be read straight into their place.
  var isCopy: Bool {
    map == nil && work == nil && entry.isCopy && selectedCount == output.channelCount
  }

  /// Whether the number of frames changes.
  var resamples: Bool { resampler != nil }

  /// Samples clipped so far.
  var clippedCount: Int { entry.clippedCount + (exit?.clippedCount ?? 0) }

  /// The frames that come of `count` when a stream of one rate is brought to another.
  static func frameCount(for count: Int, from input: Double, to output: Double) -> Int {
    input == output ? count : RateConverter.frameCount(for: count, from: input, to: output)
  }

  // MARK: Without resampling

  /// Converts `count` frames at the beginning of `source` into as many in `target`.
  func convert(_ source: Scratch, count: Int, into target: inout MutableRawSpan) {
    let (samples, sampleCount) = enter(source, count: count)
    leave(samples, sampleCount: sampleCount, into: &target)
  }

  // MARK: With resampling

  /// Frames that were taken in and wait to be resampled.
  var waitingCount: Int { resampler?.waitingCount ?? 0 }

  /// Takes `count` frames in; none may be waiting.
  func take(_ source: Scratch, count: Int) {
    guard let resampler else { return }
    let (samples, sampleCount) = enter(source, count: count)
    resampler.wait(for: samples, sampleCount: sampleCount)
  }

  /// Gives at most `capacity` resampled frames; 0 means that it needs more, or after the last
  /// (`isEnding`) that this was all.
  func give(
    into target: inout MutableRawSpan, capacity: Int, isEnding: Bool
  ) throws(ToolError) -> Int {
    guard let resampler else { return 0 }
    let count = try resampler.resample(into: scratch.c, capacity: capacity, isEnding: isEnding)
    leave(scratch.c, sampleCount: count * workCount, into: &target)
    return count
  }

  // MARK: Steps

  /// Selects, converts to the working format and mixes.
  private func enter(_ source: Scratch, count: Int) -> (Scratch, sampleCount: Int) {
    var current = source
    if let map {
      let width = input.encoding.byteCount
      current.withBytes(
        0..<count * input.bytesPerFrame, into: scratch.a, count * selectedCount * width
      ) { frames, selected in
        map.gather(
          frames, channelCount: input.channelCount, into: &selected, encoding: input.encoding)
      }
      current = scratch.a
    }
    // Without a working format, leaving is the one conversion there is.
    guard let work else { return (current, count * selectedCount) }
    let sampleCount = count * selectedCount
    current.withBytes(
      0..<sampleCount * input.encoding.byteCount, into: scratch.b, sampleCount * work.byteCount
    ) { samples, converted in
      entry.convert(samples, into: &converted)
    }
    if workCount != selectedCount { mix(scratch.b, count: count, work) }
    return (scratch.b, count * workCount)
  }

  /// Applies the gain, converts to the output's encoding and spreads.
  private func leave(_ samples: Scratch, sampleCount: Int, into target: inout MutableRawSpan) {
    if let work, !gain.isUnity {
      if work.byteCount == 4 {
        samples.withMutableSamples(Float.self, count: sampleCount) { gain.apply(to: &$0) }
      } else {
        samples.withMutableSamples(Double.self, count: sampleCount) { gain.apply(to: &$0) }
      }
    }
    let byteCount = sampleCount * (work ?? input.encoding).byteCount
    guard workCount != output.channelCount else {
      samples.withBytes(byteCount) { finish($0, into: &target) }
      return
    }
    let spare = samples === scratch.a ? scratch.b : scratch.a
    let finishedByteCount = sampleCount * output.encoding.byteCount
    samples.withBytes(0..<byteCount, into: spare, finishedByteCount) { finish($0, into: &$1) }
    spare.withBytes(finishedByteCount) { mono in
      ChannelMap.straight(output.channelCount).scatter(
        mono, channelCount: 1, into: &target, channelCount: output.channelCount,
        encoding: output.encoding)
    }
  }

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
