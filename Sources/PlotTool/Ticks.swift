internal import Platform
internal import Spectrum

/// Round values on an axis.
enum Ticks {
  /// Multiples of 1, 2 or 5 times a power of ten from `low` to `high`, at most `count`.
  static func linear(_ low: Double, _ high: Double, atMost count: Int) -> [Double] {
    guard high > low, count > 0 else { return [] }
    let step = roundStep((high - low) / Double(count))
    return multiples(of: step, low, high)
  }

  /// Seconds: from a minute on, in clock steps such as 15 s, 30 s, 1 min.
  static func time(_ duration: Double, atMost count: Int) -> [Double] {
    guard duration > 0, count > 0 else { return [0] }
    let coarse: [Double] = [15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 36_000]
    let minStep = duration / Double(count)
    let step =
      minStep <= 10
      ? roundStep(minStep)
      : coarse.first { $0 >= minStep } ?? (minStep / 36_000).rounded(.up) * 36_000
    return multiples(of: step, 0, duration)
  }

  /// Frequencies on a scale; on a logarithmic one, 1, 2 and 5 of each decade.
  static func frequencies(_ scale: FrequencyScale, atMost count: Int) -> [Double] {
    guard scale.isLogarithmic else { return linear(scale.low, scale.high, atMost: count) }
    var ticks: [Double] = []
    var decade = pow(10, log10(scale.low).rounded(.down))
    while decade <= scale.high {
      ticks += [1, 2, 5].map { $0 * decade }.filter { $0 >= scale.low && $0 <= scale.high }
      decade *= 10
    }
    while ticks.count > max(1, count) {
      ticks = ticks.enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element)
    }
    return ticks
  }

  private static func roundStep(_ minStep: Double) -> Double {
    let power = pow(10, log10(minStep).rounded(.down))
    // A step that is already round stays so despite rounding errors.
    for factor in [1.0, 2, 5] where factor * power >= minStep * (1 - 1e-9) { return factor * power }
    return 10 * power
  }

  private static func multiples(of step: Double, _ low: Double, _ high: Double) -> [Double] {
    let first = (low / step - 1e-9).rounded(.up)
    let last = (high / step + 1e-9).rounded(.down)
    guard first <= last else { return [] }
    return stride(from: first, through: last, by: 1).map { $0 * step }
  }
}
