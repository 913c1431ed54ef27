import Foundation
import PCM
import SoundDevice
import SoundFile
import SoundTool
import Synchronization
import TestSupport
import Testing

@testable import DeviceTool

/// A process that has sent everything, and is gone.
private final class SentLink: DeviceLink {
  let output: Int32
  private let file: FileHandle
  /// Links that have not been reaped.
  static let count = Atomic<Int>(0)

  init(_ bytes: [UInt8]) throws {
    let url = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try Data(bytes).write(to: url)
    file = try FileHandle(forReadingFrom: url)
    try FileManager.default.removeItem(at: url)
    output = file.fileDescriptor
    Self.count.add(1, ordering: .relaxed)
  }

  func wake() {}
  func closeInput() {}
  func send(_ signal: Int32) {}

  func reap() {
    try? file.close()
    Self.count.subtract(1, ordering: .relaxed)
  }
}

/// Recordings of a device that is lost and comes back; its processes are scripts.
@Suite(.serialized) struct ReopeningDeviceTests {
  private static let rate = 48_000.0
  /// Far ahead, so that the wall clock of the test never ends a recording.
  private static let start = 4e9

  private func bytes(
    _ frameCount: Int, at time: Double, rate: Double = rate, end: DeviceRecord?
  ) -> [UInt8] {
    let format = StreamFormat(encoding: .s16le, rate: rate, channelCount: 1)
    let head = DeviceRecord.FramesHead(
      count: frameCount, captured: time, startTime: time, periodFrameCount: frameCount)
    var ledger = LossReport()
    ledger.input.hostFrameCount = frameCount
    ledger.input.delivered = frameCount
    let device = OpenedDevice(id: "mic, ALSA", format: format, latency: 0)
    var sound = DeviceRecord.opened(device).bytes
    sound += DeviceRecord.frames(head).bytes
    sound += [UInt8](repeating: 1, count: 2 * frameCount)
    guard let end else { return sound }
    return sound + DeviceRecord.ledger(ledger).bytes + end.bytes
  }

  private var lost: DeviceRecord { .failed(.failure("mic, ALSA", "device lost")) }

  private func plan(_ bench: BodyBench, _ name: String, wait: Double = 30) throws -> RecordPlan {
    var plan = RecordPlan(
      output: try OutputPlan(path: bench.folder.file(name), type: .auto),
      fileFormat: AudioFileFormat(.wav, codec: .pcm(.s16le)))
    plan.recording.dither = false
    plan.reopens = true
    plan.stream.waitSeconds = wait
    return plan
  }

  /// Records from processes, one after the other; nil cannot be started.
  private func recorder(_ plan: RecordPlan, _ links: [[UInt8]?]) throws -> Recorder {
    let left = Mutex(links[...])
    let device = try ReopeningDevice(plan) { request in
      left.withLock { left in
        // By its id, once that is known.
        let isFirst = left.count == links.count
        #expect(request.id == (isFirst ? nil : "mic, ALSA"))
        #expect(request.channelCount == (isFirst ? 0 : 1))
        return (left.popFirst() ?? nil).flatMap { try? SentLink($0) }
      }
    }
    return try Recorder(plan, device)
  }

  private func quietly<R>(_ body: () throws -> R) rethrows -> R {
    let verbosity = Messages.verbosity
    Messages.verbosity = .quiet
    defer { Messages.verbosity = verbosity }
    return try body()
  }

  @Test func aThousandLossesInARowAreOneFile() throws {
    let bench = try BodyBench()
    var plan = try plan(bench, "take.wav")
    // 480 frames each second.
    plan.recording.length = .frames(999 * 48_000 + 480)
    let links = (0..<1000).map { bytes(480, at: Self.start + Double($0), end: lost) }
    let count = SentLink.count.load(ordering: .relaxed)
    try quietly {
      let recorder = try recorder(plan, links)
      try recorder.record()
      let input = recorder.device.losses.input
      #expect(input.delivered == 480_000 && input.hostFrameCount == 480_000)
      #expect(input.lost == 999 * 47_520 && input.lossCount == 999 && input.lostIsEstimated)
    }
    #expect(try bench.samples("take.wav") == [Int16](repeating: 0x0101, count: 480_000))
    #expect(SentLink.count.load(ordering: .relaxed) == count)
  }

  @Test func theTimeAwayIsSilenceOnRequest() throws {
    let bench = try BodyBench()
    var plan = try plan(bench, "take.wav")
    plan.recording.length = .seconds(1)
    plan.recording.filling = .all
    try quietly {
      try recorder(
        plan,
        [
          bytes(480, at: Self.start, end: lost), nil,
          // This one dies without a word: what arrived counts all the same.
          bytes(4800, at: Self.start + 0.5, end: nil),
          bytes(48_000, at: Self.start + 0.75, end: lost),
        ]
      ).record()
    }
    var expected: [Int16] = []
    for (sound, silence) in [(480, 23_520), (4800, 7200), (12_000, 0)] {
      expected += [Int16](repeating: 0x0101, count: sound)
      expected += [Int16](repeating: 0, count: silence)
    }
    #expect(try bench.samples("take.wav") == expected)
  }

  @Test func anotherRateBeginsAFile() throws {
    let bench = try BodyBench()
    var plan = try plan(bench, "take.wav")
    plan.files.split = .time(.seconds(3600))
    plan.recording.length = .seconds(2)
    try quietly {
      try recorder(
        plan,
        [
          bytes(24_000, at: Self.start, end: lost),
          bytes(22_050, at: Self.start + 1, rate: 44_100, end: lost),
          bytes(44_100, at: Self.start + 1.75, rate: 44_100, end: lost),
        ]
      ).record()
    }
    let files = try ["take-001.wav", "take-002.wav"].map { name in
      try AudioFile(path: bench.folder.file(name))
    }
    #expect(files.map(\.sampleRate) == [48_000, 44_100])
    #expect(files.map(\.frameCount) == [24_000, 22_050 + 11_025])
  }

  @Test func oneFileHasOneRate() throws {
    let bench = try BodyBench()
    let plan = try plan(bench, "take.wav")
    let links = [
      bytes(480, at: Self.start, end: lost),
      bytes(441, at: Self.start + 1, rate: 44_100, end: lost),
    ]
    try quietly {
      let recorder = try recorder(plan, links)
      let error = #expect(throws: ToolError.self) { try recorder.record() }
      #expect(error?.message.contains("came back at 44100 Hz") == true)
    }
    #expect(try bench.samples("take.wav").count == 480)
    // A recording that is resampled anyway is.
    var resampled = try self.plan(bench, "resampled.wav")
    resampled.rate = 48_000
    resampled.recording.length = .frames(48_000 + 480)
    try quietly { try recorder(resampled, links).record() }
    #expect(try bench.samples("resampled.wav").count == 960)
  }

  @Test func aDeviceThatStaysAwayEndsTheRecording() throws {
    let bench = try BodyBench()
    let plan = try plan(bench, "take.wav", wait: 0)
    try quietly {
      let recorder = try recorder(plan, [bytes(480, at: Self.start, end: lost)])
      let error = #expect(throws: ToolError.self) { try recorder.record() }
      #expect(error?.message.hasPrefix("mic, ALSA: device lost") == true)
      #expect(error?.status == .failure && recorder.device.losses.input.lost == 0)
    }
    #expect(try bench.samples("take.wav").count == 480)
    #expect(throws: ToolError.failure("", "no device")) {
      try recorder(plan, [DeviceRecord.failed(.failure("", "no device")).bytes])
    }
  }
}
