import Foundation
import PCM
import SoundFile
import TestSupport
import Testing

/// Days of recording, as fast as they go: what a clock and a disk do to a series.
@Suite(.fewAtOnce) struct SimulatedDaysTests {
  private static let rate = 10

  /// A time zone whose clock goes back an hour on the day after tomorrow.
  private func autumn() throws -> String {
    let date = Date().addingTimeInterval(2 * 86_400)
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = .gmt
    var day = try #require(calendar.ordinality(of: .day, in: .year, for: date))
    // The zone's days are those of a year of 365.
    if calendar.range(of: .day, in: .year, for: date)?.count == 366, day > 60 { day -= 1 }
    return "WWW0SSS-1,J\((day + 200) % 365 + 1)/0,J\(day)/3"
  }

  @Test func anHourThatComesTwiceHasTwoFiles() async throws {
    let folder = try TemporaryDirectory()
    let frames = 96 * 3600 * Self.rate
    var command = Command.tool(
      "sd-rec",
      [
        "-q", "-D", "virtual:null", "-c", "1", "-n", "\(frames)", "-f", "s16", "--split", "1:00:00",
        "--align", "day-%Y%m%d-%H%M%S.wav",
      ]
    ).with(
      environment: virtual("rate=\(Self.rate),channels=1,pace=fast").merging(["TZ": try autumn()]) {
        $1
      })
    command.workingDirectory = folder.path
    try await run(command, timeout: .seconds(60)).expectSilentSuccess()
    let names = try folder.names().sorted()
    var sum = 0
    for name in names {
      sum += Int(try AudioFile(path: folder.file(name)).frameCount ?? 0)
    }
    #expect(sum == frames)
    // From two to three, once more from two to three.
    let again = names.filter { $0.hasSuffix("-002.wav") }
    #expect(again.count == 1 && again.first?.contains("-020000-") == true, "\(again)")
    // The first and the last hour are parts of one.
    #expect(names.count == 97)
  }

  @Test(.enabled("needs root and mount") { try await SmallDisk.isPossible })
  func aFullDiskEndsASeriesOfWholeFiles() async throws {
    try await SmallDisk.with { folder in
      var command = Command.tool(
        "sd-rec",
        [
          "-q", "-D", "virtual:null", "-c", "1", "-f", "s16", "--split", "1:00:00", "--status-fd",
          "3", "hour.wav",
        ]
      ).writing(.captured, to: 3).with(
        environment: virtual("rate=\(Self.rate),channels=1,pace=fast"))
      command.workingDirectory = folder
      let result = try await run(command, timeout: .seconds(60))
      #expect(result.status == .exited(1), "\(result)")
      #expect(result.errorText.contains("no space left on device"), "\(result)")
      let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
      var sum = 0
      for name in names {
        let count = Int(try AudioFile(path: "\(folder)/\(name)").frameCount ?? 0)
        #expect(count == 3600 * Self.rate || name == names.last, "\(name): \(count)")
        sum += count
      }
      let end = try FaultBench.end(result.outputs[3] ?? []).input
      #expect(names.count > 10 && sum == end.delivered, "\(names.count) files, \(result)")
      #expect(end.delivered + end.dropped + end.discarded == end.host_frames, "\(result)")
    }
  }
}
