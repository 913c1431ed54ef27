/// Validates values that a host reports: an absurd number counts as unknown.
enum Reported {
  /// The maximum latency of any device, in seconds.
  private static let maxLatency = 10.0
  private static let rates = 1.0...10_000_000
  static var times: ClosedRange<Double> { 0...1e12 }
  private static let mostChannels = 65_536
  /// The maximum difference between the times of one callback, in seconds.
  static var widestTimes: Double { 60 }

  /// A latency in seconds, or nil if invalid.
  static func latency(_ seconds: Double) -> Double? {
    (0...maxLatency).contains(seconds) ? seconds : nil
  }

  /// A sampling frequency in Hz, or nil if invalid.
  static func sampleRate(_ hertz: Double) -> Double? {
    rates.contains(hertz) ? hertz : nil
  }

  /// Seconds of a stream's clock, or nil if invalid.
  static func time(_ seconds: Double) -> Double? { times.contains(seconds) ? seconds : nil }

  /// A share of processor time, or nil if invalid.
  static func load(_ share: Double) -> Double? { (0...1000).contains(share) ? share : nil }

  /// A number of channels, or 0 if invalid.
  static func channelCount(_ count: Int) -> Int {
    (0...mostChannels).contains(count) ? count : 0
  }

  /// A name in one line.
  static func name(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
      return text
    }
    var scalars = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      scalars.append(scalar.properties.generalCategory == .control ? "\u{FFFD}" : scalar)
    }
    return String(scalars)
  }
}

extension CallbackInfo {
  /// The same with impossible times replaced by 0, which hosts also use for unknown times. For the
  /// audio thread.
  func checked() -> CallbackInfo {
    var info = self
    if !Reported.times.contains(info.currentTime) { info.currentTime = 0 }
    if !isNear(info.inputTime) { info.inputTime = 0 }
    if !isNear(info.outputTime) { info.outputTime = 0 }
    return info
  }

  private func isNear(_ time: Double) -> Bool {
    guard Reported.times.contains(time) else { return false }
    // Without a time of the callback, the host's other times cannot be judged.
    return currentTime == 0 || abs(time - currentTime) < Reported.widestTimes
  }
}
