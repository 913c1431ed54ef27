public import PCM

/// A suggested latency: the device's own low or high, or a time.
public enum Latency: Hashable, Sendable {
  case low, high
  case time(FrameTime)
}

/// The response to lost frames: silence, a warning each, exit status 3, or an abort.
public enum XrunPolicy: String, Hashable, Sendable, CaseIterable {
  case ignore, warn, fail, abort
}

/// A value for each direction, written `IN,OUT`, or once for both.
public struct DuplexPair<Value: Hashable & Sendable>: Hashable, Sendable {
  /// The input's value.
  public var input: Value
  /// The output's value.
  public var output: Value

  /// Creates a pair.
  public init(input: Value, output: Value) {
    self.input = input
    self.output = output
  }
}

extension Words {
  /// A latency: `low`, `high` or a TIME.
  public static func latency(_ text: String) throws(InvalidValue) -> Latency {
    switch text.lowercased() {
    case "low": return .low
    case "high": return .high
    default:
      do throws(InvalidValue) {
        return .time(try time(text))
      } catch {
        throw InvalidValue("not a latency, try low, high or a time like 20ms")
      }
    }
  }

  /// The response to lost frames: `ignore`, `warn`, `fail` or `abort`.
  public static func xrun(_ text: String) throws(InvalidValue) -> XrunPolicy {
    guard let policy = XrunPolicy(rawValue: text.lowercased()) else {
      throw InvalidValue(
        "not one of \(XrunPolicy.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return policy
  }

  /// Frames per callback, or 0 for the host's choice.
  public static func blockSize(_ text: String) throws(InvalidValue) -> Int {
    guard let size = wholeNumber(text), size <= 1 << 20 else {
      throw InvalidValue("not a number of frames (0 is the host's choice)")
    }
    return size
  }

  /// A channel count for each direction.
  public static func channelCounts(_ text: String) throws(InvalidValue) -> DuplexPair<Int> {
    try pair(text, channelCount)
  }

  /// A latency for each direction.
  public static func latencies(_ text: String) throws(InvalidValue) -> DuplexPair<Latency> {
    try pair(text, latency)
  }

  /// Parses `IN,OUT`, or one value for both, each with `parse`.
  public static func pair<Value>(
    _ text: String, _ parse: (String) throws(InvalidValue) -> Value
  ) throws(InvalidValue) -> DuplexPair<Value> {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard let first = parts.first, parts.count <= 2 else {
      throw InvalidValue("more than two values, write IN,OUT")
    }
    let input = try parse(first)
    return DuplexPair(input: input, output: parts.count == 2 ? try parse(parts[1]) : input)
  }
}
