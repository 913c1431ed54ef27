import Foundation
import Testing

@testable import SoundTool

@Suite(.serialized)
struct SeriesNamerTests {
  /// The names that a namer gives when these are taken.
  static func names(
    _ namer: SeriesNamer, at times: [Double], taken: Set<String> = []
  ) throws -> [String] {
    var namer = namer
    var taken = taken
    return try times.map { time in
      try namer.next(at: time) { name throws(ToolError) in taken.insert(name).inserted }
    }
  }

  @Test func numbersGoOnBehindThoseThatExist() throws {
    let fresh = SeriesNamer("a/take.wav")
    #expect(try Self.names(fresh, at: [0, 0]) == ["a/take-001.wav", "a/take-002.wav"])
    let existing = [
      "take-007.wav", "take-009-ch2.wav", "take-999.flac", "take-1.wav", "other-500.wav",
      "take-.wav", "take-011-chx.wav",
    ]
    let restarted = SeriesNamer("a/take.wav", existing: existing)
    #expect(try Self.names(restarted, at: [0, 0]) == ["a/take-010.wav", "a/take-011.wav"])
    let many = SeriesNamer("take.wav", existing: ["take-1234.wav"])
    #expect(try Self.names(many, at: [0]) == ["take-1235.wav"])
  }

  @Test func twoRecordersOnOnePatternTakeTurns() throws {
    let taken: Set = ["take-001.wav", "take-002.wav"]
    let late = SeriesNamer("take.wav")
    #expect(try Self.names(late, at: [0, 0], taken: taken) == ["take-003.wav", "take-004.wav"])
  }

  @Test func channelsHaveTheirOwnNames() throws {
    let namer = SeriesNamer("take.wav", channel: 2)
    #expect(try Self.names(namer, at: [0]) == ["take-001-ch2.wav"])
    let timed = SeriesNamer("%Y.wav", channel: 2)
    let name = try Self.names(timed, at: [1_764_072_000, 1_764_072_001])
    #expect(name == ["2025-ch2.wav", "2025-002-ch2.wav"])
  }

  @Test func anHourThatComesTwiceIsToldApart() throws {
    // 25 October 2026, 02:30 summer time and an hour later 02:30 winter time.
    let first = 1_792_888_200.0
    try withTimeZone("CET-1CEST,M3.5.0,M10.5.0/3") {
      let namer = SeriesNamer("rec-%H%M.wav")
      let names = try Self.names(namer, at: [first, first + 1800, first + 3600, first + 5400])
      #expect(names == ["rec-0230.wav", "rec-0200.wav", "rec-0230-002.wav", "rec-0300.wav"])
    }
  }

  @Test func aRestartWithinAUnitTouchesNothing() throws {
    try withTimeZone("UTC0") {
      let taken: Set = ["20251125.wav", "20251125-002.wav"]
      let namer = SeriesNamer("%Y%m%d.wav")
      let names = try Self.names(namer, at: [1_764_072_000, 1_764_072_001], taken: taken)
      #expect(names == ["20251125-003.wav", "20251125-004.wav"])
    }
  }

  @Test func theFirstFrameOfAnHourIsOfThatHour() {
    withTimeZone("UTC0") {
      let hour = 1_764_072_000.0
      #expect(SeriesNamer.expand("%H%M%S", at: hour - 0.0001) == "120000")
      #expect(SeriesNamer.expand("%H%M%S", at: hour - 0.002) == "115959")
    }
  }

  @Test func anErrorOfTheDiskEndsTheSearch() {
    var namer = SeriesNamer("take.wav")
    #expect(throws: ToolError.self) {
      try namer.next(at: 0) { name throws(ToolError) in throw .failure(name, "disk full") }
    }
  }

  @Test func alignedFilesBeginAtWholeMultiples() {
    withTimeZone("CET-1CEST,M3.5.0,M10.5.0/3") {
      func count(_ time: Double, _ length: Double) -> Int {
        SeriesAlignment.frameCount(from: time, length: length, rate: 48000)
      }
      // 12:00:00 UTC is 13:00:00 there.
      let hour = 1_764_072_000.0
      #expect(count(hour, 3600) == 3600 * 48000)
      #expect(count(hour + 3599, 3600) == 48000)
      #expect(count(hour + 1.5, 60) == Int(58.5 * 48000))
      // One block before the hour is the hour's file.
      #expect(count(hour - 0.005, 3600) == Int(3600.005 * 48000))
      #expect(count(hour + 0.02, 0.05) == Int((0.03 * 48000).rounded()))
    }
  }

  private func withTimeZone(_ zone: String, _ body: () throws -> Void) rethrows {
    let before = ProcessInfo.processInfo.environment["TZ"]
    unsafe setenv("TZ", zone, 1)
    tzset()
    defer {
      if let before { unsafe setenv("TZ", before, 1) } else { unsafe unsetenv("TZ") }
      tzset()
    }
    try body()
  }
}
