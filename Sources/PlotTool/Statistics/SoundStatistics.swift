internal import PCM
internal import SoundTool
internal import Spectrum

/// All statistics of one input.
struct SoundStatistics {
  let name: String
  let format: StreamFormat
  let channels: [ChannelStatistics]
  let loudness: Loudness?

  /// Frames in it.
  var frameCount: Int { channels[0].count }

  /// Reads the input to its end.
  init(_ source: AudioSource, _ options: FramePipeline.Options) throws(ToolError) {
    name = source.name
    format = source.format
    let channelCount = options.map?.count ?? source.format.channelCount
    // Exact for every encoding.
    let target = StreamFormat(
      encoding: SampleEncoding(.float64), rate: source.format.rate, channelCount: channelCount)
    let pipeline = try FramePipeline([source], to: target, options)
    channels = (0..<channelCount).map { _ in
      ChannelStatistics(
        rate: target.rate, significantBits: source.format.encoding.significantBits)
    }
    loudness = Loudness(channelCount: channelCount, rate: target.rate)
    try read(pipeline)
    for channel in channels { channel.finish() }
  }

  private func read(_ pipeline: FramePipeline) throws(ToolError) {
    let (scratch, channelCount) = (Scratch(), channels.count)
    let bytesPerFrame = pipeline.format.bytesPerFrame
    let capacity = max(1, (1 << 17) / bytesPerFrame)
    var single = [Double](repeating: 0, count: capacity)
    var all = [Double](repeating: 0, count: capacity * channelCount)
    while true {
      let count = try scratch.withMutableBytes(capacity * bytesPerFrame) {
        bytes throws(ToolError) in try pipeline.read(into: &bytes)
      }
      guard count > 0 else { return }
      scratch.withMutableSamples(Double.self, count: count * channelCount) { samples in
        for index in 0..<samples.count { all[index] = samples[index] }
      }
      for (channel, statistics) in channels.enumerated() {
        for frame in 0..<count { single[frame] = all[frame * channelCount + channel] }
        statistics.add(single.span.extracting(..<count))
      }
      // Loudness treats NaN and infinities as silence too.
      for index in 0..<count * channelCount where !all[index].isFinite { all[index] = 0 }
      loudness?.add(all.span.extracting(..<(count * channelCount)))
    }
  }
}
