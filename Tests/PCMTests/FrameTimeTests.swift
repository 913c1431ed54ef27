import Testing

@testable import PCM

@Suite struct FrameTimeTests {
  @Test(arguments: [
    ("5", 5.0), ("0", 0), ("1.5", 1.5), (".5", 0.5), ("1:30", 90), ("1:02:03.5", 3723.5),
    ("90:00", 5400), ("0:05.25", 5.25), ("1:2:3", 3723), ("5s", 5), ("1.5s", 1.5),
    ("500ms", 0.5), ("0.5ms", 0.0005), ("250us", 0.00025), ("100:00:00", 360_000),
  ])
  func seconds(_ text: String, _ seconds: Double) throws {
    #expect(try FrameTime(parsing: text) == .seconds(seconds))
  }

  @Test func frames() throws {
    #expect(try FrameTime(parsing: "4800f") == .frames(4800))
    #expect(try FrameTime(parsing: "0f") == .frames(0))
    #expect(try FrameTime(parsing: "9007199254740993f") == .frames(9_007_199_254_740_993))
    #expect(FrameTime.frames(9_007_199_254_740_993).frameCount(at: 48_000) == 9_007_199_254_740_993)
  }

  @Test(arguments: [
    "", " ", "-1", "+1", "1:75", "1:60", "1:60:00", "1:2:3:4", ":30", "1:", "1::2", "1.5:30",
    "1:-5", "nan", "inf", "0x10", "1e3", "1e400", "1,5", "5 s", " 5", "5m", "5h", "s", "ms", "f",
    "-5f", "1:30s", "5S", "5ss", "5msf", "１",
  ])
  func nonsense(_ text: String) {
    let error = #expect(throws: FrameTimeError.self) { try FrameTime(parsing: text) }
    #expect(error?.description.hasPrefix("invalid time '\(text)', try 5, ") == true)
  }

  @Test func saysWhatIsWrong() {
    let immense = String(repeating: "9", count: 400)
    for text in [immense, immense + "ms", immense + "f", "99999999999999999999f"] {
      #expect(throws: FrameTimeError(description: "time '\(text)' is too long")) {
        try FrameTime(parsing: text)
      }
    }
    #expect(throws: FrameTimeError(description: "time '1.5f' is not a whole number of frames")) {
      try FrameTime(parsing: "1.5f")
    }
  }

  @Test(arguments: [
    (0.1, 44_100.0, 4410), (1.0 / 3, 48_000, 16_000), (0.5, 11_025, 5513), (0.00001, 44_100, 0),
    (0.0000113378, 44_100, 0), (0.0000113379, 44_100, 1), (3723.5, 44_100, 164_206_350),
    (1e300, 44_100, .max), (Double.greatestFiniteMagnitude, 192_000, .max),
  ])
  func nearestFrame(_ seconds: Double, _ rate: Double, _ count: Int) {
    #expect(FrameTime.seconds(seconds).frameCount(at: rate) == count)
  }

  @Test func secondsOfFrames() {
    #expect(FrameTime.frames(4800).seconds(at: 48_000) == 0.1)
    #expect(FrameTime.seconds(0.25).seconds(at: 48_000) == 0.25)
    #expect(FrameTime.frames(4800).frameCount(at: 8000) == 4800)
  }
}
