public import PCM

/// The value of `--split`.
public enum SplitLimit: Hashable, Sendable {
  /// This many bytes.
  case bytes(Int)
  /// This duration.
  case time(FrameTime)

  /// The limit for frames at this rate.
  ///
  /// - Parameter aligned: Whether files start at whole multiples of it in local wall time.
  public func limit(at rate: Double, aligned: Bool = false) -> FileSeries.Limit {
    switch self {
    case .bytes(let count): .bytes(count)
    case .time(let time) where aligned: .aligned(seconds: time.seconds(at: rate))
    case .time(let time): .frames(max(1, time.frameCount(at: rate)))
    }
  }
}

extension Words {
  /// The condition in `--split`: a TIME, or a size such as 100M.
  public static func split(_ text: String) throws(InvalidValue) -> SplitLimit {
    if let size = size(text) { return .bytes(size) }
    let time = try time(text)
    guard time.seconds(at: 1) > 0 else { throw InvalidValue("not a length of time, or a size") }
    return .time(time)
  }

  /// A number of bytes: `500M`.
  public static func byteCount(_ text: String) throws(InvalidValue) -> Int {
    guard let size = size(text) else { throw InvalidValue("not a size, try 500M or 2G") }
    return size
  }

  /// A number with k, M or G, or nil.
  private static func size(_ text: String) -> Int? {
    let units: [Character: Int] = ["k": 1_000, "m": 1_000_000, "g": 1_000_000_000]
    guard let last = text.lowercased().last, let unit = units[last],
      let number = decimal(text.dropLast()), number > 0
    else { return nil }
    return Int(min(number * Double(unit), 1e18))
  }
}
