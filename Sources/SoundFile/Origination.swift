import PCM
import Platform

/// The capture time of a file's first frame, in local wall time.
///
/// Corresponds to the fields of that name in the `bext` chunk of EBU Tech 3285, which WAV and RF64
/// carry.
public struct Origination: Hashable, Sendable {
  /// The local date, in days since 1970-01-01.
  private let day: Int

  /// Frames from local midnight to the first frame, at the file's rate.
  public let timeReference: Int

  /// Frames per second, in Hz.
  public let sampleRate: Double

  private static let secondsPerDay = 86400

  /// Creates the time of a frame.
  ///
  /// - Parameters:
  ///   - captured: Seconds since 1970-01-01 00:00 UTC.
  ///   - sampleRate: The file's rate, in hertz.
  public init(captured: Double, sampleRate: Double) {
    var whole = time_t(captured.rounded(.down))
    var fields = unsafe tm()
    unsafe localtime_r(&whole, &fields)
    // Read as if in UTC, local fields become local days and seconds.
    let local = unsafe Int(timegm(&fields))
    let day = Self.floorDivide(local, Self.secondsPerDay)
    let seconds = Double(local - day * Self.secondsPerDay) + captured - captured.rounded(.down)
    self.init(
      day: day, timeReference: Int((seconds * sampleRate).rounded()), sampleRate: sampleRate)
  }

  private init(day: Int, timeReference: Int, sampleRate: Double) {
    let perDay = Int((sampleRate * Double(Self.secondsPerDay)).rounded())
    let days = perDay > 0 ? Self.floorDivide(timeReference, perDay) : 0
    self.day = day + days
    self.timeReference = timeReference - days * perDay
    self.sampleRate = sampleRate
  }

  /// The time of a later frame, at this rate.
  public func advanced(by seconds: Double, sampleRate: Double) -> Origination {
    let start = Double(timeReference) / self.sampleRate
    return Origination(
      day: day, timeReference: Int(((start + seconds) * sampleRate).rounded()),
      sampleRate: sampleRate)
  }

  /// The local date: `2026-11-25`.
  public var date: String {
    var time = time_t(day * Self.secondsPerDay)
    var fields = unsafe tm()
    unsafe gmtime_r(&time, &fields)
    return unsafe Self.joined(
      [Int(fields.tm_year) + 1900, Int(fields.tm_mon) + 1, Int(fields.tm_mday)], "-")
  }

  /// The local time, in whole seconds: `02:10:33`.
  public var time: String {
    let second = Int((Double(timeReference) / sampleRate).rounded(.down))
    return Self.joined([second / 3600, second / 60 % 60, second % 60], ":")
  }

  /// Date and time to the millisecond, by ISO 8601: `2026-11-25T02:10:33.042`.
  public var text: String {
    let milliseconds = Int((Double(timeReference) / sampleRate * 1000).rounded(.down))
    let second = milliseconds / 1000
    let clock = Self.joined([second / 3600, second / 60 % 60, second % 60], ":")
    return "\(date)T\(clock).\(Self.padded(milliseconds % 1000, 3))"
  }

  private static func joined(_ numbers: [Int], _ separator: String) -> String {
    numbers.map { padded($0, 2) }.joined(separator: separator)
  }

  private static func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  private static func floorDivide(_ number: Int, _ divisor: Int) -> Int {
    number >= 0 ? number / divisor : -((divisor - 1 - number) / divisor)
  }
}

extension Origination: CustomStringConvertible {
  /// The same as `text`.
  public var description: String { text }
}

extension Origination {
  /// The length of version 1 without a history.
  static let chunkByteCount = 602

  /// The body of a `bext` chunk.
  func append(to chunk: inout HeaderBytes) {
    chunk.append(text: "", byteCount: 256 + 32 + 32)
    chunk.append(text: date, byteCount: 10)
    chunk.append(text: time, byteCount: 8)
    chunk.append(timeReference, byteCount: 8)
    chunk.append(1, byteCount: 2)
    chunk.append(text: "", byteCount: Self.chunkByteCount - 348)
  }

  /// Parses the body of a `bext` chunk; nil if it has no date.
  init?(_ chunk: [UInt8], sampleRate: Double, isBigEndian: Bool = false) {
    guard chunk.count >= 346, sampleRate > 0 else { return nil }
    // Any character may separate the numbers.
    func numbers(_ range: Range<Int>) -> [Int] {
      String(decoding: chunk[range], as: UTF8.self)
        .split { !("0"..."9").contains($0) }.compactMap { Int($0) }
    }
    let (date, clock) = (numbers(320..<330), numbers(330..<338))
    guard date.count == 3, (1...12).contains(date[1]), (1...31).contains(date[2]),
      (1...9999).contains(date[0])
    else { return nil }
    var fields = unsafe tm()
    unsafe fields.tm_year = Int32(date[0] - 1900)
    unsafe fields.tm_mon = Int32(date[1] - 1)
    unsafe fields.tm_mday = Int32(date[2])
    let day = unsafe Self.floorDivide(Int(timegm(&fields)), Self.secondsPerDay)
    let reference = integer(chunk, at: 338, count: 8, isBigEndian: isBigEndian)
    guard reference < 1 << 48 else { return nil }
    // Without a reference, the time is in whole seconds.
    let seconds = clock.count == 3 ? Double((clock[0] * 60 + clock[1]) * 60 + clock[2]) : 0
    self.init(
      day: day, timeReference: reference > 0 ? Int(reference) : Int(seconds * sampleRate),
      sampleRate: sampleRate)
  }
}
