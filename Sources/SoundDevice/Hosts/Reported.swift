/// Checks what a host reports, where it enters: an absurd number is unknown, not believed.
enum Reported {
  /// No device has more than this, in seconds.
  private static let longestLatency = 10.0
  private static let rates = 1.0...10_000_000
  static var times: ClosedRange<Double> { 0...1e12 }
  private static let mostChannels = 65_536
  /// The times of one callback lie closer together, in seconds.
  static var widestTimes: Double { 60 }

  /// A latency in seconds; nil if it is none.
  static func latency(_ seconds: Double) -> Double? {
    (0...longestLatency).contains(seconds) ? seconds : nil
  }

  /// A sampling frequency in Hz; nil if it is none.
  static func sampleRate(_ hertz: Double) -> Double? {
    rates.contains(hertz) ? hertz : nil
  }

  /// Seconds of a stream's clock; nil if they are none.
  static func time(_ seconds: Double) -> Double? { times.contains(seconds) ? seconds : nil }

  /// A share of a processor; nil if it is none.
  static func load(_ share: Double) -> Double? { (0...1000).contains(share) ? share : nil }

  /// A number of channels; 0 if it is none.
  static func channelCount(_ count: Int) -> Int {
    (0...mostChannels).contains(count) ? count : 0
  }

  /// A name in one line, whatever it holds.
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
  /// The same with times that cannot be of this callback as 0, which is what hosts give that do not
  /// know. For the audio thread.
  func checked() -> CallbackInfo {
    var info = self
    if !Reported.times.contains(info.currentTime) { info.currentTime = 0 }
    if !isNear(info.inputTime) { info.inputTime = 0 }
    if !isNear(info.outputTime) { info.outputTime = 0 }
    return info
  }

  private func isNear(_ time: Double) -> Bool {
    guard Reported.times.contains(time) else { return false }
    // A host that gives no time of its own for the callback is not known to be wrong.
    return currentTime == 0 || abs(time - currentTime) < Reported.widestTimes
  }
}
