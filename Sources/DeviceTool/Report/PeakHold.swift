internal import PCM

/// The highest level of each channel since the last reset.
struct PeakHold {
  private var peaks: [Double] = []

  /// Takes in what a meter has measured.
  mutating func hold(_ meter: LevelMeter) {
    guard !peaks.isEmpty else { return peaks = (0..<meter.channelCount).map(meter.peak) }
    for channel in peaks.indices { peaks[channel] = max(peaks[channel], meter.peak(channel)) }
  }

  mutating func reset() { peaks = [] }

  /// Whether nothing was measured since the last reset.
  var isEmpty: Bool { peaks.isEmpty }

  /// Whether every sample was zero.
  var isSilent: Bool { peaks.allSatisfy { $0 == 0 } }

  /// In decibels of full scale, one for each channel.
  var decibels: [Double] { peaks.map(LevelMeter.decibels) }
}
