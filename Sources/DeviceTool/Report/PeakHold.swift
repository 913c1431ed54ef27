internal import PCM

/// The highest level of each channel since the last reset.
struct PeakHold {
  private var peaks: [Double] = []

  /// Adds the peaks that a meter has measured, as they are after a gain.
  mutating func hold(_ meter: LevelMeter, _ gain: Gain = .unity) {
    if peaks.isEmpty { peaks = [Double](repeating: 0, count: meter.channelCount) }
    for channel in peaks.indices {
      peaks[channel] = max(peaks[channel], gain.factor * meter.peak(channel))
    }
  }

  mutating func reset() { peaks = [] }

  /// Whether there were no measurements since the last reset.
  var isEmpty: Bool { peaks.isEmpty }

  /// Whether every sample was zero.
  var isSilent: Bool { peaks.allSatisfy { $0 == 0 } }

  /// In decibels relative to full scale, one per channel.
  var decibels: [Double] { peaks.map(LevelMeter.decibels) }
}
