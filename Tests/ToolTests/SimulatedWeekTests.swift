import Foundation
import PCM
import SoundFile
import TestSupport
import Testing

/// A week of recording, as fast as it goes: a slow device, so that a week is six million frames.
@Suite(.fewAtOnce) struct SimulatedWeekTests {
  private static let rate = 10
  private static let frameCount = 168 * 3600 * rate

  let folder: TemporaryDirectory
  init() throws { folder = try TemporaryDirectory() }

  /// Runs sd-rec with its feed in a file, where no line is missed.
  private func record(_ settings: String, _ arguments: String) async throws -> [[String: Any]] {
    var command = Command.shell(
      "exec '\(BuiltTool.directory)/sd-rec' -q -D virtual:null -c 1 --status-fd 3 \(arguments) 3>feed"
    )
    command.workingDirectory = folder.path
    let result = try await TestSupport.run(
      command.with(
        environment: virtual("rate=\(Self.rate),channels=1,pace=fast,\(settings)").merging(
          ["TZ": "Europe/Berlin"]) { $1 }), timeout: .seconds(120))
    result.expectSilentSuccess()
    return try String(decoding: folder.read("feed"), as: UTF8.self).split(separator: "\n").map {
      line in
      try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
  }

  private func named(_ event: String, in events: [[String: Any]]) -> [[String: Any]] {
    events.filter { $0["event"] as? String == event }
  }

  private func start(_ events: [[String: Any]]) throws -> Double {
    try #require(named("start", in: events).first?["time"] as? Double)
  }

  @Test func everyFrameIsInOneFileOrInTheLedger() async throws {
    // Each frame is its number, exact in 24 bits.
    let numbers = (0..<Self.frameCount).map { Float($0) / 16_777_216 }
    try folder.write(bytes(of: numbers), to: "heard")
    var random = SeededGenerator(seed: 168)
    let losses = (0..<50).map { index in
      (at: (index + 1) * Self.frameCount / 52, count: Int.random(in: 1...250, using: &random))
    }
    let faults = losses.map { "xrun@\($0.at):\($0.count)" }.joined(separator: ",")
    let events = try await record(
      "input=\(folder.file("heard")),\(faults)",
      "-n \(Self.frameCount) -f f32 --xrun ignore --split 1:00:00 --align week-%Y%m%d-%H%M%S.wav")
    let files = named("file", in: events)
    // The first and the last hour are parts of one.
    #expect(files.count == 169)
    let begun = try start(events)
    var (position, written) = (0, 0)
    var lost = losses[...]
    for (index, file) in files.enumerated() {
      let name = try #require(file["name"] as? String)
      let time = try #require(file["time"] as? Double)
      #expect(file["frame"] as? Int == written)
      let recording = try AudioFile(path: folder.file(name))
      let samples = Array(try recording.read(as: Float.self).samples)
      for sample in samples {
        if let next = lost.first, Int(sample * 16_777_216) != position {
          lost.removeFirst()
          position += next.count
        }
        guard Int(sample * 16_777_216) == position else {
          Issue.record("\(name): frame \(position) is \(sample * 16_777_216)")
          return
        }
        position += 1
      }
      written += samples.count
      let first = try #require(samples.first) * 16_777_216
      #expect(abs(time - begun - Double(first) / Double(Self.rate)) < 0.001, "\(name)")
      // The name and bext say the same.
      let origination = try #require(recording.origination)
      let stamp = origination.date.filter(\.isNumber) + "-" + origination.time.filter(\.isNumber)
      #expect(name == "week-\(stamp).wav")
      // The frames of the hour's beginning may be lost.
      let isLate = losses.contains { $0.at + $0.count == Int(first) }
      let isWhole = origination.timeReference % (3600 * Self.rate) == 0
      #expect(index == 0 || isLate || isWhole, "\(name) does not begin on the hour")
    }
    // The last loss may lie behind the last frame.
    let lostCount = losses.reduce(0) { $0 + $1.count }
    #expect(lost.isEmpty && position == Self.frameCount && written + lostCount == position)
    let input = try #require(events.last?["input"] as? [String: Any])
    #expect(input["delivered"] as? Int == written && input["lost"] as? Int == lostCount)
    #expect(input["dropped"] as? Int == 0 && events.last?["missed_lines"] as? Int == 0)
  }

  @Test func eachOfThousandsOfEventsBeginsItsFileExactly() async throws {
    var sound = [Float](repeating: 0.001, count: Self.frameCount)
    var random = SeededGenerator(seed: 7)
    var bursts: [Range<Int>] = []
    var frame = 2000
    while frame < Self.frameCount - 2000 {
      let end = frame + .random(in: 1...200, using: &random)
      bursts.append(frame..<end)
      for loud in frame..<end { sound[loud] = 0.5 }
      frame = end + .random(in: 300...5500, using: &random)
    }
    try folder.write(bytes(of: sound), to: "heard")
    let (before, hold) = (10 * Self.rate, 14 * Self.rate)
    let expected = bursts.map { $0.lowerBound - before..<$0.upperBound + hold }
    let wanted = expected.reduce(0) { $0 + $1.count }
    let events = try await record(
      "input=\(folder.file("heard"))",
      "-n \(wanted) -f s16 --trigger -20 --before 10 --hold 14 --split 1:00:00 take.wav")
    #expect(bursts.count > 1900)
    let begun = try start(events)
    let triggers = named("trigger", in: events).filter { $0["state"] as? String == "begin" }
    let files = named("file", in: events)
    #expect(triggers.count == bursts.count && files.count == bursts.count)
    var written = 0
    for (index, event) in expected.enumerated() where index < files.count {
      let place = Double(event.lowerBound) / Double(Self.rate)
      for line in [triggers[index], files[index]] {
        let time = try #require(line["time"] as? Double)
        #expect(abs(time - begun - place) < 0.001 && line["frame"] as? Int == written)
      }
      written += event.count
      let name = try #require(files[index]["name"] as? String)
      if index % 100 == 0 {
        let frames = Array(try AudioFile(path: folder.file(name)).read(as: Float.self).samples)
        #expect(frames.count == event.count)
        #expect(frames.firstIndex { $0 > 0.4 } == before)
        #expect(frames.lastIndex { $0 > 0.4 } == event.count - hold - 1)
      }
    }
    let end = try #require(events.last)
    #expect(end["events"] as? Int == bursts.count)
    #expect((end["input"] as? [String: Any])?["delivered"] as? Int == wanted)
    #expect(try folder.names().filter { $0.hasPrefix("take-") }.count == bursts.count)
  }

  @Test func threeKillsCostNoFileAndReplaceNone() async throws {
    var sizes: [String: Int] = [:]
    for _ in 0..<3 {
      var command = Command.tool(
        "sd-rec", ["-D", "virtual:null", "-c", "1", "--split", "1:00:00", "take-%Y%m%d.wav"]
      ).with(environment: virtual("rate=\(Self.rate),channels=1,pace=fast"))
      command.workingDirectory = folder.path
      let before = try folder.names().count
      _ = try await withTool(command) { process in
        let deadline = ContinuousClock.now + .seconds(60)
        while try folder.names().count < before + 20 {
          try #require(
            process.status == nil && ContinuousClock.now < deadline, "\(process.errorText)")
          try await Task.sleep(for: .milliseconds(5))
        }
        process.send(SIGKILL)
        return try await process.finish(timeout: .seconds(20))
      }
      for (name, size) in sizes { #expect(try folder.read(name).count == size, "\(name)") }
      for name in try folder.names() {
        let bytes = try folder.read(name)
        // The file just begun may be empty.
        guard !bytes.isEmpty else { continue }
        sizes[name] = bytes.count
        #expect(try AudioFile(path: folder.file(name)).frameCount ?? 0 >= 0, "\(name)")
      }
    }
    #expect(sizes.count >= 57)
  }
}
