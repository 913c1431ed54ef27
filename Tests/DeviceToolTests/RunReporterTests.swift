import Foundation
import PCM
import SoundDevice
import SoundTool
import Testing

@testable import DeviceTool

/// What a run reports, as its feed has it.
@Suite struct RunReporterTests {
  private let pipe = Pipe()

  private func reporter(channelCount: Int) throws -> RunReporter {
    var plan = ReportPlan()
    plan.descriptor = pipe.fileHandleForWriting.fileDescriptor
    return try RunReporter(plan, rate: 48_000, channelCount: channelCount)
  }

  private func events() throws -> [[String: Any]] {
    try pipe.fileHandleForReading.availableData.split(separator: UInt8(ascii: "\n")).map { line in
      try #require(JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
    }
  }

  private func measure(_ samples: [Float], _ reporter: RunReporter) {
    unsafe reporter.measure(samples.span.bytes, encoding: SampleEncoding(.float32))
  }

  @Test func levelsAreFedOnceThereAreSome() throws {
    let devices = try VirtualDevices("pace=realtime")
    let stream = try devices.input()
    let reporter = try reporter(channelCount: 1)
    let progress = { Progress(frame: 480, seconds: 0.01) }
    reporter.update(LossReport(), progress)
    try stream.start()
    while stream.startTime == nil { try stream.wait(timeout: .seconds(0.01)) }
    reporter.begin(StreamLeg(stream, devices.null))
    reporter.begin(StreamLeg(stream, devices.null))
    reporter.update(LossReport(), progress)
    measure([0.25, -0.5, 0.125], reporter)
    reporter.update(LossReport(), progress)
    // Once a second.
    measure([1], reporter)
    reporter.update(LossReport(), progress)
    try stream.abort()
    let events = try events()
    #expect(events.map { $0["event"] as? String } == ["start", "levels"], "\(events)")
    let level = try #require((events[1]["peak_db"] as? [Double])?.first)
    #expect(abs(level + 6.02) < 0.01 && events[1]["position"] as? Double == 0.01)
  }

  @Test func aLossIsFedWithItsPlace() throws {
    let reporter = try reporter(channelCount: 0)
    var gap = LineGap(cause: .underflow, frameCount: 256)
    gap.direction = .output
    let line = reporter.lose(gap, at: 48_000)
    #expect(
      line == "output underflow: 256 frames of silence inserted at frame 48000 (1.000 s)")
    let event = try #require(try events().first)
    #expect(event["cause"] as? String == "underflow" && event["frame"] as? Int == 48_000)
    #expect(event["direction"] as? String == "output" && event["frames"] as? Int == 256)
  }

  @Test func lossesAreSaidToBeThereWhereALineSaidSo() throws {
    let reporter = try reporter(channelCount: 0)
    func finish(_ report: LossReport, isTotalReported: Bool = true) -> Bool {
      reporter.finish(
        report, warningOf: report, output: nil, clipped: 0, isTotalReported: isTotalReported)
    }
    #expect(!finish(LossReport()))
    var report = LossReport()
    report.output.inserted = 3
    #expect(!finish(report, isTotalReported: false))
    #expect(finish(report))
  }
}
