internal import PCM
internal import Platform
internal import SoundFile

/// A point in time as users write it: `14:00`, `2026-12-24T18:00:00`, or `+TIME` from now.
public enum Moment: Hashable, Sendable {
  /// This many seconds from now.
  case after(seconds: Double)
  /// The next time that local clocks show this, in seconds from midnight.
  case clock(second: Double)
  /// A date and seconds from midnight, in local time or in UTC.
  case date(year: Int, month: Int, day: Int, second: Double, isUTC: Bool)

  /// Parses the WHEN syntax; nil for any other text.
  init?(parsing text: String) {
    if text.hasPrefix("+") {
      guard let time = try? Words.time(String(text.dropFirst())), case .seconds(let seconds) = time
      else { return nil }
      self = .after(seconds: seconds)
      return
    }
    let parts = text.split(separator: "T", omittingEmptySubsequences: false)
    guard parts.count == 2 else {
      guard parts.count == 1, let second = Self.clock(parts[0]) else { return nil }
      self = .clock(second: second)
      return
    }
    let isUTC = parts[1].hasSuffix("Z")
    let date = parts[0].split(separator: "-", omittingEmptySubsequences: false)
    guard date.count == 3, date.map(\.count) == [4, 2, 2],
      let second = Self.clock(isUTC ? parts[1].dropLast() : parts[1]),
      let year = Words.wholeNumber(String(date[0])), let month = Words.wholeNumber(String(date[1])),
      let day = Words.wholeNumber(String(date[2])), Self.isDate(year, month, day)
    else { return nil }
    self = .date(year: year, month: month, day: day, second: second, isUTC: isUTC)
  }

  /// `HH:MM`, `HH:MM:SS` or `HH:MM:SS.f`, in seconds.
  private static func clock(_ text: Substring) -> Double? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard (2...3).contains(parts.count), parts[0].count <= 2, parts[1].count == 2,
      let hour = Words.wholeNumber(String(parts[0])), hour < 24,
      let minute = Words.wholeNumber(String(parts[1])), minute < 60
    else { return nil }
    guard let second = parts.count == 3 ? Words.decimal(parts[2]) : 0, second < 60 else {
      return nil
    }
    return Double(hour * 3600 + minute * 60) + second
  }

  /// Whether the calendar has this date.
  private static func isDate(_ year: Int, _ month: Int, _ day: Int) -> Bool {
    var fields = unsafe Self.fields(year, month, day, 0)
    unsafe timegm(&fields)
    return unsafe Int(fields.tm_mon) + 1 == month && Int(fields.tm_mday) == day
  }

  /// The time in seconds since 1970-01-01 00:00 UTC.
  ///
  /// - Parameter now: The current time.
  public func time(now: Double) -> Double {
    switch self {
    case .after(let seconds): return now + seconds
    case .clock(let second):
      var whole = time_t(now.rounded(.down))
      var today = unsafe tm()
      unsafe localtime_r(&whole, &today)
      let (year, month, day) = unsafe (
        Int(today.tm_year) + 1900, Int(today.tm_mon) + 1, Int(today.tm_mday)
      )
      let next = (0...1).map { Self.time(year, month, day + $0, second, isUTC: false) }
      return next[0] > now ? next[0] : next[1]
    case .date(let year, let month, let day, let second, let isUTC):
      return Self.time(year, month, day, second, isUTC: isUTC)
    }
  }

  private static func time(
    _ year: Int, _ month: Int, _ day: Int, _ second: Double, isUTC: Bool
  ) -> Double {
    let whole = second.rounded(.down)
    var fields = unsafe Self.fields(year, month, day, Int(whole))
    let time = unsafe isUTC ? timegm(&fields) : mktime(&fields)
    return Double(time) + second - whole
  }

  private static func fields(_ year: Int, _ month: Int, _ day: Int, _ second: Int) -> tm {
    var fields = unsafe tm()
    unsafe fields.tm_year = CInt(year - 1900)
    unsafe fields.tm_mon = CInt(month - 1)
    unsafe fields.tm_mday = CInt(day)
    unsafe fields.tm_hour = CInt(second / 3600)
    unsafe fields.tm_min = CInt(second / 60 % 60)
    unsafe fields.tm_sec = CInt(second % 60)
    // Whether it is summer time follows from the date.
    unsafe fields.tm_isdst = -1
    return unsafe fields
  }
}

extension Words {
  /// A point in time.
  public static func moment(_ text: String) throws(InvalidValue) -> Moment {
    guard let moment = Moment(parsing: text) else {
      throw InvalidValue("not a time, try 14:00, 2026-12-24T18:00:00 or +10")
    }
    return moment
  }
}
