import Testing

@testable import SoundTool

struct MomentTests {
  private static let now = 1_780_000_000.0

  /// The local date and time.
  private func local(_ text: String) throws -> String {
    let time = try Words.moment(text).time(now: Self.now)
    return SeriesNamer.expand("%Y-%m-%dT%H:%M:%S", at: time)
  }

  @Test func aClockTimeIsTheNextOne() throws {
    for text in ["14:00", "00:00", "23:59:59", "6:05"] {
      let time = try Words.moment(text).time(now: Self.now)
      #expect(time > Self.now && time <= Self.now + 90_000)
      let clock = SeriesNamer.expand("%H:%M:%S", at: time)
      #expect(clock.hasSuffix(text) || clock.dropFirst().hasPrefix(text) || clock.hasPrefix(text))
    }
    // Now is not next.
    let now = SeriesNamer.expand("%H:%M:%S", at: Self.now)
    #expect(try Words.moment(now).time(now: Self.now) > Self.now + 80_000)
  }

  @Test func aDateIsLocalUnlessItSaysOtherwise() throws {
    #expect(try local("2026-12-24T18:00") == "2026-12-24T18:00:00")
    #expect(try local("2020-02-29T01:02:03") == "2020-02-29T01:02:03")
    #expect(try Words.moment("2026-12-24T18:00:00Z").time(now: 0) == 1_798_135_200)
    #expect(try Words.moment("2026-12-24T18:00:00.25Z").time(now: 0) == 1_798_135_200.25)
  }

  @Test func aTimeFromNow() throws {
    #expect(try Words.moment("+1:30").time(now: 10) == 100)
    #expect(try Words.moment("+250ms").time(now: 10) == 10.25)
  }

  @Test(arguments: [
    "", "+", "14", "24:00", "14:60", "14:00:60", "1400", "14:0", "-14:00", "2026-02-30T10:00",
    "2026-13-01T10:00", "2026-1-01T10:00", "2026-12-24", "2026-12-24T", "T10:00", "+4800f", "+-1",
    "2026-12-24T10:00T11:00", "14:00Z",
  ]) func otherTextIsRefused(_ text: String) {
    #expect(throws: InvalidValue.self) { try Words.moment(text) }
  }
}
