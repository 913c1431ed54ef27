internal import SoundFile
internal import Platform

/// The names of a series of files: `take-001.wav`, `take-002.wav`, or a strftime pattern filled
/// with the capture time of each file's first frame. No name is used twice.
public struct SeriesNamer: Hashable, Sendable {
  /// The first file's name, or the pattern.
  public let pattern: String
  private let channel: Int?
  private var number: Int

  /// Creates names from a pattern.
  ///
  /// - Parameters:
  ///   - pattern: A path; with `%`, a strftime pattern.
  ///   - channel: The files' channel, if each has its own: `take-001-ch2.wav`.
  ///   - existing: The names of the files in the same folder; the series continues after their
  ///     numbers.
  public init(_ pattern: String, channel: Int? = nil, existing: [String] = []) {
    self.pattern = pattern
    self.channel = channel
    number = 0
    if !isTimed { number = existing.compactMap(number(of:)).max() ?? 0 }
  }

  /// Whether the pattern has strftime fields.
  public var isTimed: Bool { pattern.utf8.contains(UInt8(ascii: "%")) }

  /// Returns the next name.
  ///
  /// - Parameters:
  ///   - captured: The capture time of the file's first frame, in seconds since 1970-01-01 00:00
  ///     UTC.
  ///   - reserve: Reserves the name; false if it exists.
  public mutating func next(
    at captured: Double, reserve: (String) throws(ToolError) -> Bool
  ) throws(ToolError) -> String {
    if isTimed {
      let name = Self.expand(pattern, at: captured)
      // A number distinguishes files within the pattern's finest unit, or in the hour that repeats
      // in autumn.
      var path = Self.inserting(marks(nil), into: name)
      var number = 1
      while try !reserve(path) {
        number += 1
        path = Self.inserting(marks(number), into: name)
      }
      return path
    }
    while true {
      number += 1
      let path = Self.inserting(marks(number), into: pattern)
      if try reserve(path) { return path }
    }
  }

  /// Whether a file's name, without its folder, may belong to this series.
  public func matches(_ name: String) -> Bool {
    if !isTimed { return number(of: name) != nil }
    let (stem, suffix) = Self.parts(Self.fileName(pattern))
    guard name.hasSuffix(suffix) else { return false }
    // The text before the first field and after the last; only strftime knows the rest.
    let head = stem.prefix { $0 != "%" }
    return name.hasPrefix(head)
  }

  /// Replaces a pattern's fields by the local time. Corresponds to `strftime`.
  public static func expand(_ pattern: String, at time: Double) -> String {
    // The first frame after a whole second may be early by a rounding error.
    var whole = time_t((time + 0.0005).rounded(.down))
    var fields = unsafe tm()
    unsafe localtime_r(&whole, &fields)
    return unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { buffer in
      guard let base = buffer.baseAddress, unsafe strftime(base, buffer.count, pattern, &fields) > 0
      else { return pattern }
      return unsafe String(cString: base)
    }
  }

  private func marks(_ number: Int?) -> String {
    let digits = number.map { String($0) } ?? ""
    let padding = String(repeating: "0", count: number == nil ? 0 : max(0, 3 - digits.count))
    return (number == nil ? "" : "-\(padding)\(digits)") + (channel.map { "-ch\($0)" } ?? "")
  }

  /// `take.wav` and `-007` make `take-007.wav`.
  static func inserting(_ marks: String, into path: String) -> String {
    let (stem, suffix) = parts(path)
    return stem + marks + suffix
  }

  /// The number in a name of this series, for any channel.
  private func number(of name: String) -> Int? {
    let (stem, suffix) = Self.parts(Self.fileName(pattern))
    guard name.hasPrefix(stem + "-"), name.hasSuffix(suffix) else { return nil }
    let marks = name.dropFirst(stem.count + 1).dropLast(suffix.count)
    let digits = marks.prefix { ("0"..."9").contains($0) }
    let rest = marks.dropFirst(digits.count)
    let isOurs = rest.isEmpty || rest.hasPrefix("-ch") && Int(rest.dropFirst(3)) != nil
    return isOurs && digits.count >= 3 ? Int(digits) : nil
  }

  /// The path up to the last suffix of its last component, and that suffix.
  private static func parts(_ path: String) -> (stem: String, suffix: String) {
    let units = path.utf8
    let start = units.lastIndex(of: UInt8(ascii: "/")).map { units.index(after: $0) }
    let name = start ?? units.startIndex
    guard let dot = units[name...].lastIndex(of: UInt8(ascii: ".")), dot != name else {
      return (path, "")
    }
    return (String(path[..<dot]), String(path[dot...]))
  }

  /// The path without its folder.
  static func fileName(_ path: String) -> String {
    let units = path.utf8
    guard let slash = units.lastIndex(of: UInt8(ascii: "/")) else { return path }
    return String(path[units.index(after: slash)...])
  }

  /// The folder of a path.
  static func folder(_ path: String) -> String {
    let units = path.utf8
    guard let slash = units.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == units.startIndex ? "/" : String(path[..<slash])
  }
}

/// The start of files in an aligned series: whole multiples of a length, counted from local
/// midnight.
public enum SeriesAlignment {
  /// Frames from a time until the next file starts.
  ///
  /// - Parameters:
  ///   - captured: The capture time of a file's first frame, in seconds since 1970-01-01 00:00 UTC.
  ///   - length: The length of a file, in seconds.
  ///   - rate: In hertz.
  public static func frameCount(from captured: Double, length: Double, rate: Double) -> Int {
    let origination = Origination(captured: captured, sampleRate: rate)
    let start = Double(origination.timeReference) / rate
    var left = ((start / length).rounded(.down) + 1) * length - start
    // The clock that started this file was slightly ahead of the one that measures its time.
    if left < min(length / 2, 1) { left += length }
    return max(1, Int((left * rate).rounded()))
  }
}
