import PCM
import SoundFile
import TestSupport
import Testing

@testable import SoundTool

struct FileSeriesTests {
  static let format = StreamFormat(encoding: .s16le, rate: 1000, channelCount: 2)
  static let fileFormat = AudioFileFormat(.wav, encoding: .s16le)

  static func series(
    _ pattern: String, _ limit: FileSeries.Limit, keeping: Int? = nil, mayBeEmpty: Bool = false
  ) throws -> FileSeries {
    try FileSeries(
      OutputPlan(path: pattern, type: .auto), as: fileFormat, format: format, limit: limit,
      keeping: keeping, mayBeEmpty: mayBeEmpty)
  }

  static func frames(_ count: Int, from first: Int = 0) -> [UInt8] {
    (first..<(first + count)).flatMap { frame in
      [UInt8(truncatingIfNeeded: frame), UInt8(truncatingIfNeeded: frame >> 8), 0, 1]
    }
  }

  static func names(_ folder: TemporaryDirectory) throws -> [String] {
    try System.names(inFolder: folder.path).sorted()
  }

  static func contents(_ path: String) throws -> [UInt8] {
    let file = try AudioFile(path: path)
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    var span = bytes.mutableSpan
    var room = unsafe span.mutableBytes
    let count = try file.read(into: &room)
    return Array(bytes.prefix(count * 4))
  }

  @Test func everyFrameIsInOneFileAndBearsItsTime() throws {
    let folder = try TemporaryDirectory()
    let series = try Self.series(folder.file("take.wav"), .frames(300))
    var begun: [(frame: Int, captured: Double)] = []
    series.didBegin = { begun.append(($1, $2)) }
    let all = Self.frames(1000)
    for block in 0..<10 {
      let part = Array(all[(block * 400)..<(block * 400 + 400)])
      unsafe try series.write(part.span.bytes, captured: 1_764_072_000 + Double(block) * 0.1)
    }
    try series.close()
    #expect(series.frameCount == 1000)
    #expect(begun.map(\.frame) == [0, 300, 600, 900])
    let paths = (1...4).map { folder.file("take-00\($0).wav") }
    #expect(try paths.flatMap(Self.contents) == all)
    for (index, path) in paths.enumerated() {
      let file = try AudioFile(path: path)
      let expected = Origination(
        captured: 1_764_072_000 + 0.3 * Double(index), sampleRate: Self.format.rate)
      #expect(file.origination == expected)
    }
  }

  @Test func aRestartTouchesNothing() throws {
    let folder = try TemporaryDirectory()
    for run in 0..<3 {
      let series = try Self.series(folder.file("take.wav"), .frames(100))
      let frames = Self.frames(150, from: 1000 * run)
      unsafe try series.write(frames.span.bytes)
      try series.close()
    }
    #expect(try Self.names(folder) == (1...6).map { "take-00\($0).wav" })
    #expect(try Self.contents(folder.file("take-001.wav")) == Self.frames(100))
    #expect(try Self.contents(folder.file("take-004.wav")) == Self.frames(50, from: 1100))
  }

  @Test func oneSecondIsNotOneFile() throws {
    let folder = try TemporaryDirectory()
    let series = try Self.series(folder.file("%Y.wav"), .frames(100))
    let frames = Self.frames(250)
    unsafe try series.write(frames.span.bytes, captured: 1_764_072_000)
    try series.close()
    #expect(try Self.names(folder) == ["2025-002.wav", "2025-003.wav", "2025.wav"])
  }

  @Test func aSeriesWithoutAFrameIsOneEmptyFile() throws {
    let folder = try TemporaryDirectory()
    let series = try Self.series(folder.file("take.wav"), .frames(100))
    try series.close()
    try series.close()
    #expect(try Self.names(folder) == ["take-001.wav"])
    #expect(try AudioFile(path: folder.file("take-001.wav")).frameCount == 0)
  }

  @Test func aSeriesOfEventsHasAFileForEachAndNoOther() throws {
    let folder = try TemporaryDirectory()
    let series = try Self.series(folder.file("take.wav"), .frames(100), mayBeEmpty: true)
    #expect(series.name == folder.file("take.wav"))
    try series.completePart()
    for event in 0..<2 {
      let frames = Self.frames(60, from: 1000 * event)
      unsafe try series.write(frames.span.bytes)
      try series.completePart()
      #expect(try Self.names(folder).count == event + 1)
      #expect(try Self.contents(folder.file("take-00\(event + 1).wav")) == frames)
    }
    try series.close()
    #expect(try Self.names(folder) == ["take-001.wav", "take-002.wav"])
    let empty = try TemporaryDirectory()
    try Self.series(empty.file("take.wav"), .frames(100), mayBeEmpty: true).close()
    #expect(try Self.names(empty).isEmpty)
  }

  @Test func lostFramesDoNotPutOffAnAlignedFile() throws {
    let folder = try TemporaryDirectory()
    let series = try Self.series(folder.file("take.wav"), .aligned(seconds: 2))
    let frames = Self.frames(1000)
    // A second is missing after the first, and the beginning of the third file.
    for start in [0.0, 2, 4.25] {
      unsafe try series.write(frames.span.bytes, captured: 1_764_072_000 + start)
    }
    try series.close()
    let counts = try Self.names(folder).map { name in
      try AudioFile(path: folder.file(name)).frameCount
    }
    #expect(counts == [1000, 1000, 1000])
  }

  @Test func aNameIsTrueToTheFrame() throws {
    let folder = try TemporaryDirectory()
    let series = try Self.series(folder.file("%S.wav"), .frames(100))
    let frames = Self.frames(1)
    unsafe try series.write(frames.span.bytes, captured: 1_764_072_010 - 0.0004)
    try series.close()
    #expect(try Self.names(folder) == ["10.wav"])
  }

  @Test func alignedFilesBeginAtWholeSeconds() throws {
    let folder = try TemporaryDirectory()
    let series = try Self.series(folder.file("take.wav"), .aligned(seconds: 2))
    let frames = Self.frames(3000)
    unsafe try series.write(frames.span.bytes, captured: 1_764_072_000.5)
    try series.close()
    let counts = try (1...2).map { try AudioFile(path: folder.file("take-00\($0).wav")).frameCount }
    #expect(counts == [1500, 1500])
  }

  @Test func sizesAreNotPassed() throws {
    let folder = try TemporaryDirectory()
    let series = try Self.series(folder.file("take.wav"), .bytes(3000))
    let frames = Self.frames(2000)
    unsafe try series.write(frames.span.bytes)
    try series.close()
    for name in try Self.names(folder) {
      #expect(try #require(FileIdentity(path: folder.file(name))).byteCount <= 3000)
    }
    #expect(try Self.names(folder).flatMap { try Self.contents(folder.file($0)) } == frames)
  }

  @Test func onlyMarkedFilesOfThisSeriesAreRemoved() throws {
    let folder = try TemporaryDirectory()
    // A user's own, by a name of the series.
    let own = try AudioFileWriter(
      path: folder.file("take-001.wav"), format: Self.fileFormat, sampleRate: 1000,
      channelCount: 2)
    try own.close()
    for _ in 0..<2 {
      let series = try Self.series(folder.file("take.wav"), .frames(100), keeping: 2)
      let frames = Self.frames(300)
      unsafe try series.write(frames.span.bytes)
      try series.close()
    }
    #expect(try Self.names(folder) == ["take-001.wav", "take-006.wav", "take-007.wav"])
  }

  @Test func aSeriesInNoFolderIsRefusedAtOnce() throws {
    let folder = try TemporaryDirectory()
    let error = #expect(throws: ToolError.self) {
      try Self.series(folder.file("none/take.wav"), .frames(100))
    }
    #expect(error?.message == "\(folder.file("none")): no such directory")
  }
}
