public import PCM

/// The `SD_` variables. The command line beats each of them; an empty variable is not set.
///
/// An invalid value is a usage error that names the variable, but only in a run that would use it.
public enum Environment {
  /// The value of a variable, parsed with `parse`, or nil if it is not set.
  public static func value<Value>(
    _ name: String, _ parse: (String) throws(InvalidValue) -> Value
  ) throws(ToolError) -> Value? {
    guard let text = text(name) else { return nil }
    do {
      return try parse(text)
    } catch {
      throw error.usage(of: name, value: text, joint: "=")
    }
  }

  /// The text of a variable, or nil if it is not set or empty.
  public static func text(_ name: String) -> String? {
    guard let text = System.environment(name), !text.isEmpty else { return nil }
    return text
  }

  /// `SD_RATE`, in hertz.
  public static func rate() throws(ToolError) -> Double? { try value("SD_RATE", Words.rate) }

  /// `SD_CHANNELS`.
  public static func channelCount() throws(ToolError) -> Int? {
    try value("SD_CHANNELS", Words.channelCount)
  }

  /// `SD_FORMAT`; ``RawFormat/completedByEnvironment()`` combines the three variables.
  public static func format() throws(ToolError) -> RawFormat? {
    try value("SD_FORMAT", Words.format)
  }

  /// `SD_LATENCY`, for each direction.
  public static func latencies() throws(ToolError) -> DuplexPair<Latency>? {
    try value("SD_LATENCY", Words.latencies)
  }

  /// `SD_BLOCKSIZE`, in frames.
  public static func blockSize() throws(ToolError) -> Int? {
    try value("SD_BLOCKSIZE", Words.blockSize)
  }

  /// `SD_BUFFER`.
  public static func buffer() throws(ToolError) -> FrameTime? {
    try value("SD_BUFFER", Words.time)
  }

  /// `SD_XRUN`.
  public static func xrun() throws(ToolError) -> XrunPolicy? { try value("SD_XRUN", Words.xrun) }

  /// `SD_DEVICE`: the words for a device of either direction.
  public static var device: String? { text("SD_DEVICE") }

  /// `SD_INPUT_DEVICE`, without falling back to `SD_DEVICE`.
  public static var inputDevice: String? { text("SD_INPUT_DEVICE") }

  /// `SD_OUTPUT_DEVICE`, without falling back to `SD_DEVICE`.
  public static var outputDevice: String? { text("SD_OUTPUT_DEVICE") }
}
