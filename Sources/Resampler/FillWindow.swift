internal import Platform

/// Statistics of a fill, in windows that overlap by half.
struct FillWindow: Sendable {
  struct Result {
    var mean: Double
    /// The fill during half of the time was below it. A shorter delay of the writer or the device
    /// does not move it; with regular bursts it is the mean.
    var median: Double
    var least: Double
  }

  /// The window's length, in frames.
  let length: Double
  private var position = 0.0
  private var first: Weights
  private var second: Weights
  private var hasFirst = false

  /// - Parameters:
  ///   - length: The window's length, in frames.
  ///   - middle: The expected fill.
  ///   - step: The smallest difference that matters.
  init(length: Double, middle: Double, step: Double) {
    self.length = length
    first = Weights(middle: middle, step: step)
    second = first
  }

  mutating func restart() {
    position = 0
    first.clear()
    second.clear()
    hasFirst = false
  }

  /// Adds a fill and its duration; returns the result of each completed window.
  mutating func add(_ fill: Double, for elapsed: Double) -> Result? {
    position += elapsed
    // The second half of one window and the first of the next; both weights sum to 1.
    let cosine = cos(.pi * min(1, position / (length / 2)))
    first.add(fill, elapsed * (1 + cosine) / 2)
    second.add(fill, elapsed * (1 - cosine) / 2)
    guard position >= length / 2 else { return nil }
    let result = hasFirst ? first.result : nil
    first.clear()
    swap(&first, &second)
    position = max(0, position - length / 2)
    hasFirst = true
    return result
  }
}

extension FillWindow {
  /// The duration of each fill, in bins around the expected one.
  private struct Weights: Sendable {
    private static let binCount = 1024

    let middle: Double
    let step: Double
    private var bins = [Double](repeating: 0, count: binCount)
    private var weight = 0.0
    private var sum = 0.0
    private var least = Double.infinity

    init(middle: Double, step: Double) {
      self.middle = middle
      self.step = step
    }

    mutating func clear() {
      for index in bins.indices { bins[index] = 0 }
      weight = 0
      sum = 0
      least = .infinity
    }

    mutating func add(_ fill: Double, _ weight: Double) {
      let bin = ((fill - middle) / step).rounded(.down) + Double(Self.binCount / 2)
      bins[Int(min(max(bin, 0), Double(Self.binCount - 1)))] += weight
      self.weight += weight
      sum += weight * fill
      least = min(least, fill)
    }

    var result: Result? {
      guard weight > 0 else { return nil }
      var below = 0.0
      var bin = 0
      while bin < bins.count - 1, below + bins[bin] < weight / 2 {
        below += bins[bin]
        bin += 1
      }
      let part = bins[bin] > 0 ? (weight / 2 - below) / bins[bin] : 0
      let place = Double(bin - Self.binCount / 2) + min(max(part, 0), 1)
      return Result(mean: sum / weight, median: middle + place * step, least: least)
    }
  }
}

/// Whether frames arrive at the pace of time.
struct ClockEvidence: Sendable {
  var arrived = 0.0
  var elapsed = 0.0

  mutating func restart() {
    arrived = 0
    elapsed = 0
  }

  /// Two seconds show it, to within a hundredth plus two bursts.
  mutating func isClock(rate: Double, burst: Double) -> Bool {
    guard elapsed >= 2 * rate else { return false }
    defer { restart() }
    return abs(arrived - elapsed) <= 0.01 * elapsed + 2 * burst && burst < elapsed / 4
  }
}
