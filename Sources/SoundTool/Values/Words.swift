public import PCM
public import SoundFile

/// Parses values from the command line or the environment.
///
/// Each function fits `@Option(parsing: .unconditional, transform:)` and
/// ``Environment/value(_:_:)``; the user sees its complaint as one line that names the option or
/// the variable.
public enum Words {
  /// A sample rate in hertz: `44100`, `44.1k`.
  public static func rate(_ text: String) throws(InvalidValue) -> Double {
    let inThousands = text.hasSuffix("k") || text.hasSuffix("K")
    guard let number = decimal(inThousands ? text.dropLast() : text[...]) else {
      throw InvalidValue("not a rate, try 44100 or 44.1k")
    }
    let rate = (number * (inThousands ? 1000 : 1) * 1000).rounded() / 1000
    guard inThousands || rate >= 1000 else {
      throw InvalidValue("a rate below 1000 Hz, did you mean \(text)k?")
    }
    guard rate >= 1, rate <= 1e9, rate == rate.rounded() else {
      throw InvalidValue("not a whole number of hertz, try 44100 or 44.1k")
    }
    return rate
  }

  /// A number of channels, at least 1.
  public static func channelCount(_ text: String) throws(InvalidValue) -> Int {
    guard let count = wholeNumber(text), (1...ChannelMap.limit).contains(count) else {
      throw InvalidValue("not a number of channels (1 to \(ChannelMap.limit))")
    }
    return count
  }

  /// A number of frames, 0 or more.
  public static func frameCount(_ text: String) throws(InvalidValue) -> Int {
    guard let count = wholeNumber(text) else { throw InvalidValue("not a number of frames") }
    return count
  }

  /// A sample encoding by any of its names: `s16le`, `S16_LE`, `int16`.
  public static func encoding(_ text: String) throws(InvalidValue) -> SampleEncoding {
    do { return try SampleEncoding(parsing: text) } catch { throw InvalidValue(error.description) }
  }

  /// A raw format by name: an encoding, or `cd` or `dat`, which include rate and channels.
  public static func format(_ text: String) throws(InvalidValue) -> RawFormat {
    switch text.lowercased() {
    case "cd": RawFormat(encoding: .s16le, rate: 44_100, channelCount: 2)
    case "dat": RawFormat(encoding: .s16le, rate: 48_000, channelCount: 2)
    default: RawFormat(encoding: try encoding(text))
    }
  }

  /// A length of time: `5`, `1:30`, `20ms`, `4800f`.
  public static func time(_ text: String) throws(InvalidValue) -> FrameTime {
    do { return try FrameTime(parsing: text) } catch { throw InvalidValue(error.description) }
  }

  /// Channel numbers from 1, in order: `2,1`.
  public static func map(_ text: String) throws(InvalidValue) -> ChannelMap {
    do { return try ChannelMap(parsing: text) } catch { throw InvalidValue(error.description) }
  }

  /// A gain in decibels: `-6`.
  public static func gain(_ text: String) throws(InvalidValue) -> Gain {
    do { return try Gain(parsing: text) } catch { throw InvalidValue(error.description) }
  }

  /// The type of a file: `wav`, `raw`, or `auto` to detect it.
  public static func type(_ text: String) throws(InvalidValue) -> TypeChoice {
    if text.lowercased() == "auto" { return .auto }
    do {
      return .named(try AudioFileType(parsing: text))
    } catch {
      throw InvalidValue(error.description)
    }
  }

  /// The kind of all inputs, whatever their first bytes: `s16le`, `s16le:44100`, `s16le:44.1k:1`
  /// for raw data; `raw`, or another type.
  public static func inputKind(_ text: String) throws(InvalidValue) -> InputKind {
    if let type = AudioFileType(rawValue: text.lowercased()) {
      return InputKind(type: type, raw: RawFormat())
    }
    return InputKind(type: .raw, raw: try rawFormat(text))
  }

  private static func rawFormat(_ text: String) throws(InvalidValue) -> RawFormat {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard parts.count <= 3, let first = parts.first else {
      throw InvalidValue("not a raw format, try s16le:44100:2")
    }
    let named = RawFormat(
      rate: parts.count > 1 ? try rate(parts[1]) : nil,
      channelCount: parts.count > 2 ? try channelCount(parts[2]) : nil)
    return named.completed(by: try format(first))
  }

  /// Digits with at most one point, in any locale: no sign, no exponent.
  static func decimal(_ text: Substring) -> Double? {
    let isNumber = text.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2E }
    guard isNumber, text.utf8.contains(where: { $0 != 0x2E }) else { return nil }
    return Double(text.hasPrefix(".") ? "0" + text : text.hasSuffix(".") ? text.dropLast() : text)
  }

  /// Digits only.
  static func wholeNumber(_ text: String) -> Int? {
    text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(text) : nil
  }
}

/// The value of `-t`.
public enum TypeChoice: Hashable, Sendable {
  /// Input: by its first bytes. Output: by the file's name, raw on a pipe.
  case auto
  /// This type.
  case named(AudioFileType)
}

/// The stated kind of inputs, which skips detection.
public struct InputKind: Hashable, Sendable {
  /// The container.
  public let type: AudioFileType
  /// The format of raw data, as far as stated.
  public let raw: RawFormat
}
