internal import PCM
internal import SoundTool
internal import Spectrum

/// The statistics of each input, as text or as JSON.
enum StatisticsReport {
  /// Reads all inputs, one after the other, and prints their statistics.
  ///
  /// - Parameter descriptor: The descriptor to print on.
  static func print(
    _ input: PlotInput, asJSON: Bool, on descriptor: CInt
  ) throws(ToolError) {
    let bytes = Array(try text(of: input, asJSON: asJSON).utf8)
    var writer = PipeWriter(
      descriptor: descriptor, name: descriptor == StandardStreams.output ? "stdout" : "stderr")
    try unsafe writer.write(bytes.span.bytes)
  }

  private static func text(of input: PlotInput, asJSON: Bool) throws(ToolError) -> String {
    var all: [SoundStatistics] = []
    for source in input.sources { all.append(try SoundStatistics(source, input.options)) }
    return asJSON
      ? JSON.array(all.map(json)).pretty + "\n" : all.map(text).joined(separator: "\n")
  }

  // MARK: Text

  static func text(_ sound: SoundStatistics) -> String {
    let time = Double(sound.frameCount) / sound.format.rate
    var lines = [
      "\(printable(sound.name)): \(hertz(sound.format.rate)), \(counted(sound.frameCount, "frame")), "
        + "\(NumberText.fixed(time, 3)) s"
    ]
    func row(_ name: String, _ unit: String, _ value: (Int, ChannelStatistics) -> String) {
      let values = sound.channels.enumerated().map {
        NumberText.padded(value($0.offset, $0.element), to: 11)
      }
      let label = name + String(repeating: " ", count: max(1, 20 - name.count))
      lines.append(label + values.joined() + (unit.isEmpty ? "" : " " + unit))
    }
    row("channel", "") { index, _ in "\(index + 1)" }
    row("peak", "dBFS") { decibels($1.peak, 2) }
    if let loudness = sound.loudness {
      row("true peak", "dBTP") { index, _ in decibels(loudness.truePeak(index), 2) }
    }
    row("RMS", "dBFS") { decibels($1.rms, 2) }
    row("crest factor", "dB") { $1.crestFactor.map { decibels($0, 2) } ?? "-" }
    row("DC offset", "") { NumberText.fixed($1.offset, 6) }
    row("clipped runs", "") { "\($1.clippedRunCount)" }
    row("exact zeros", "") { "\($1.zeroCount)" }
    if sound.channels.contains(where: { $0.notFiniteCount > 0 }) {
      row("not finite", "") { "\($1.notFiniteCount)" }
    }
    row("bits used", "of \(sound.format.encoding.name)") { $1.usedBits.map(String.init) ?? "-" }
    row("dominant frequency", "Hz") {
      $1.dominant.map { NumberText.fixed($0.frequency, 1) } ?? "-"
    }
    row("its level", "dBFS") { $1.dominant.map { NumberText.fixed($0.decibels, 1) } ?? "-" }
    row("noise floor", "dBFS") { $1.noiseFloor.map { NumberText.fixed($0, 1) } ?? "-" }
    func whole(_ name: String, _ unit: String, _ value: Double?) {
      let label = name + String(repeating: " ", count: 20 - name.count)
      let text = NumberText.padded(value.map { NumberText.fixed($0, 1) } ?? "-", to: 11)
      lines.append("\(label)\(text) \(unit)")
    }
    whole("loudness", "LUFS", sound.loudness?.integrated)
    whole("loudness range", "LU", sound.loudness?.range)
    whole("short-term maximum", "LUFS", sound.loudness?.shortTermMaximum)
    return lines.joined(separator: "\n") + "\n"
  }

  private static func decibels(_ factor: Double, _ digits: Int) -> String {
    NumberText.fixed(Gain(factor: factor).decibels, digits)
  }

  // MARK: JSON

  static func json(_ sound: SoundStatistics) -> JSON {
    let channels = sound.channels.enumerated().map { index, channel in
      JSON.object([
        .init("channel", .integer(index + 1)),
        .init("peak_db", decibels(channel.peak)),
        .init("true_peak_db", sound.loudness.map { decibels($0.truePeak(index)) } ?? .null),
        .init("rms_db", decibels(channel.rms)),
        .init("crest_factor_db", channel.crestFactor.map(decibels) ?? .null),
        .init("dc_offset", .number(channel.offset)),
        .init("clipped_runs", .integer(channel.clippedRunCount)),
        .init("exact_zeros", .integer(channel.zeroCount)),
        .init("not_finite", .integer(channel.notFiniteCount)),
        .init("bits_used", .optional(channel.usedBits)),
        .init("dominant_frequency", .optional(channel.dominant?.frequency)),
        .init("dominant_level_db", .optional(channel.dominant?.decibels)),
        .init("noise_floor_db", .optional(channel.noiseFloor)),
      ])
    }
    return .object([
      .init("file", .string(sound.name)),
      .init("format", .string(sound.format.encoding.name)),
      .init("rate", .number(sound.format.rate)),
      .init("channels", .integer(sound.channels.count)),
      .init("frames", .integer(sound.frameCount)),
      .init("seconds", .number(Double(sound.frameCount) / sound.format.rate)),
      .init("loudness_lufs", .optional(sound.loudness?.integrated)),
      .init("loudness_range_lu", .optional(sound.loudness?.range)),
      .init("short_term_maximum_lufs", .optional(sound.loudness?.shortTermMaximum)),
      .init("by_channel", .array(channels)),
    ])
  }

  // null if there is only silence: JSON has no infinity.
  private static func decibels(_ factor: Double) -> JSON {
    .optional(Gain(factor: factor).decibels)
  }
}
