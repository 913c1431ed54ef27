/// Why a time was refused, in one line.
public struct FrameTimeError: Error, Hashable, CustomStringConvertible {
  /// The complaint, with times that would work.
  public let description: String
}

/// A duration as users write it: in seconds, or in frames at a rate known later.
///
/// `5`, `1.5`, `1:30`, `1:02:03.5`, or a number with the unit `s`, `ms`, `us` or `f` (frames).
public enum FrameTime: Hashable, Sendable {
  /// Seconds, finite and not negative.
  case seconds(Double)

  /// Frames, not negative.
  case frames(Int)

  /// Parses the TIME syntax. Throws for any other text and for times that are negative or too long.
  public init(parsing text: String) throws(FrameTimeError) {
    guard let time = try Self.read(text) else {
      throw FrameTimeError(
        description: "invalid time \(quoted(text)), try 5, 1.5, 1:30, 1:02:03.5, 500ms or 4800f")
    }
    self = time
  }

  private static func read(_ text: String) throws(FrameTimeError) -> FrameTime? {
    if text.hasSuffix("f") { return try frames(text) }
    let seconds: Double?
    if text.hasSuffix("us") {
      seconds = decimal(text.dropLast(2)).map { $0 / 1_000_000 }
    } else if text.hasSuffix("ms") {
      seconds = decimal(text.dropLast(2)).map { $0 / 1000 }
    } else if text.hasSuffix("s") {
      seconds = decimal(text.dropLast())
    } else {
      seconds = clock(text)
    }
    guard let seconds else { return nil }
    guard seconds.isFinite else {
      throw FrameTimeError(description: "time \(quoted(text)) is too long")
    }
    return .seconds(seconds)
  }

  private static func frames(_ text: String) throws(FrameTimeError) -> FrameTime? {
    let number = text.dropLast()
    guard let count = wholeNumber(number) else {
      guard decimal(number) == nil else {
        throw FrameTimeError(description: "time \(quoted(text)) is not a whole number of frames")
      }
      return nil
    }
    guard count < .max else {
      throw FrameTimeError(description: "time \(quoted(text)) is too long")
    }
    return .frames(count)
  }

  /// `SS[.f]`, `MM:SS[.f]` or `HH:MM:SS[.f]`; only the first number may be 60 or more.
  private static func clock(_ text: String) -> Double? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count <= 3, let last = parts.last, let seconds = decimal(last) else { return nil }
    if parts.count > 1 && seconds >= 60 { return nil }
    var minutes = 0.0
    for (index, part) in parts.dropLast().enumerated() {
      guard let number = wholeNumber(part), index == 0 || number < 60 else { return nil }
      minutes = minutes * 60 + Double(number)
    }
    return minutes * 60 + seconds
  }

  /// The nearest number of frames at `rate` hertz, or `Int.max` if it does not fit.
  public func frameCount(at rate: Double) -> Int {
    switch self {
    case .frames(let count): return count
    case .seconds(let seconds):
      return Int(exactly: (seconds * rate).rounded()) ?? .max
    }
  }

  /// The duration in seconds, counting frames at `rate` hertz.
  public func seconds(at rate: Double) -> Double {
    switch self {
    case .frames(let count): Double(count) / rate
    case .seconds(let seconds): seconds
    }
  }
}
