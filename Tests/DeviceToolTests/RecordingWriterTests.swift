import PCM
import SoundDevice
import SoundTool
import Testing

@testable import DeviceTool

/// A recording is a function of its segments.
@Suite struct RecordingWriterTests {
  private func recording(
    _ sink: MemorySink, _ change: (inout RecordingPlan) -> Void = { _ in }
  ) throws -> RecordingWriter {
    var plan = RecordingPlan()
    change(&plan)
    return try RecordingWriter(
      plan, from: monoFloats, into: sink,
      RunReporter(ReportPlan(), rate: 48_000, channelCount: 0))
  }

  /// Takes all that is wanted.
  private func take(_ segments: [Segment], _ recording: RecordingWriter) throws {
    let source = ScriptedSource(segments)
    while !recording.isComplete, let segment = source.next() { try recording.take(segment) }
    try recording.flush()
  }

  private func gap(_ cause: LineGap.Cause, _ frameCount: Int, isMutual: Bool = false) -> Segment {
    var gap = LineGap(cause: cause, frameCount: frameCount)
    gap.isMutual = isMutual
    return .gap(gap)
  }

  @Test func framesAreWrittenAsTheyAre() throws {
    let sink = MemorySink()
    let recording = try recording(sink)
    try take([frames([1, 2]), gap(.host, 3), frames([3])], recording)
    try recording.close()
    #expect(sink.samples == [1, 2, 3] && sink.isClosed)
    #expect(recording.account.taken == 3 && recording.account.missing == (0, 3))
    #expect(recording.progress.frame == 3)
  }

  @Test func silenceStandsWhereFramesAreMissing() throws {
    let sink = MemorySink()
    let recording = try recording(sink) { $0.filling = .all }
    try take(
      [frames([1]), gap(.host, 2), frames([2]), gap(.overflow, 1), gap(.pause, 2), frames([3])],
      recording)
    #expect(sink.samples == [1, 0, 0, 2, 0, 0, 0, 3])
    #expect(recording.account.taken == 3 && recording.account.missing == (1, 2))
  }

  @Test func lostTimeCountsAndPausedTimeDoesNot() throws {
    let sink = MemorySink()
    let recording = try recording(sink) { $0.length = .frames(5) }
    try take([frames([1]), gap(.pause, 9), gap(.host, 2), frames([2, 3, 4, 5])], recording)
    #expect(sink.samples == [1, 2, 3] && recording.isComplete)
    #expect(recording.account.taken == 3)
    let filled = MemorySink()
    let other = try self.recording(filled) {
      $0.length = .frames(5)
      $0.filling = .all
    }
    try take([frames([1]), gap(.pause, 3), gap(.host, 2), frames([2, 3, 4, 5])], other)
    #expect(filled.samples == [1, 0, 0, 0, 0, 0, 2, 3])
  }

  @Test func aLossThatReachesBeyondTheLengthCountsAsFarAsItIsWithin() throws {
    let recording = try recording(MemorySink()) { $0.length = .frames(5) }
    try take([frames([1, 2, 3]), gap(.host, 10)], recording)
    #expect(recording.isComplete && recording.account.missing == (0, 2))
  }

  @Test func whatIsMissingInBothDirectionsIsNoReasonToMoveAFrame() throws {
    let sink = MemorySink()
    let recording = try recording(sink) { $0.filling = .unlessMutual }
    try take(
      [frames([1]), gap(.host, 2, isMutual: true), gap(.host, 1), gap(.pause, 4), frames([2])],
      recording)
    #expect(sink.samples == [1, 0, 2])
    #expect(recording.account.missing == (0, 3))
  }

  @Test func theRoundTripIsLeftOut() throws {
    let sink = MemorySink()
    let recording = try recording(sink) {
      $0.skippedFrameCount = 4
      $0.filling = .unlessMutual
    }
    try take([frames([1, 2]), gap(.overflow, 1), frames([3, 4, 5])], recording)
    // The frame that was dropped is one of the four.
    #expect(sink.samples == [4, 5] && recording.account.skipped == 3)
    #expect(recording.progress.frame == 2)
  }

  @Test func whatWasTrimmedIsTimeToo() throws {
    let sink = MemorySink()
    let recording = try recording(sink) { $0.length = .frames(6) }
    try take(
      [gap(.early, 100), frames([1, 2]), gap(.trimmed, 3), frames([3, 4])], recording)
    #expect(sink.samples == [1, 2, 3] && recording.account.early == 100)
    #expect(recording.account.trimmed == 3 && recording.account.missing == (3, 0))
  }

  @Test func gapsOfTheOutputAreNotTheRecordings() throws {
    let sink = MemorySink()
    let recording = try recording(sink) { $0.filling = .all }
    var underflow = LineGap(cause: .underflow, frameCount: 5)
    underflow.direction = .output
    try take([frames([1]), .gap(underflow), frames([2])], recording)
    #expect(sink.samples == [1, 2])
  }

  @Test func aSinkThatFailsHasTakenWhatItHasCounted() throws {
    let sink = MemorySink(limit: 3)
    let recording = try recording(sink)
    #expect(throws: ToolError.failure("sink", "full")) {
      try take([frames([1, 2]), frames([3, 4, 5])], recording)
    }
    #expect(recording.account.taken == 3)
  }

  @Test func aResampledRecordingIsAsLongAsItSays() throws {
    let sink = MemorySink(StreamFormat(encoding: .f32le, rate: 44_100, channelCount: 1))
    let recording = try recording(sink) { $0.length = .frames(441) }
    try take([frames([Float](repeating: 0.5, count: 600))], recording)
    #expect(sink.samples.count == 441 && recording.account.taken == 480)
  }

  @Test func eachFrameKeepsTheTimeOfItsCapture() throws {
    let sink = MemorySink(StreamFormat(encoding: .f32le, rate: 48_000, channelCount: 1))
    let recording = try recording(sink) {
      $0.skippedFrameCount = 1
      $0.filling = .all
    }
    try take(
      [
        frames([1, 2], captured: 100), gap(.host, 48_000),
        frames([3], captured: 101 + 2.0 / 48_000),
      ], recording)
    let times = sink.captured.compactMap(\.self)
    #expect(times.count == sink.captured.count)
    // The second frame, then the silence in chunks, then the third.
    #expect(abs(times[0] - (100 + 1.0 / 48_000)) < 1e-6)
    #expect(abs(times[1] - (100 + 2.0 / 48_000)) < 1e-6)
    #expect(zip(times, times.dropFirst()).allSatisfy { $0 < $1 })
    #expect(times.last == 101 + 2.0 / 48_000)
  }

  private func mark(_ isBegin: Bool) -> Segment { .mark(Mark(isBegin: isBegin, captured: nil)) }

  @Test func eventsFollowEachOtherAndTheTimeBetweenThemIsNoLength() throws {
    let sink = MemorySink()
    let recording = try recording(sink) {
      $0.length = .frames(4)
      $0.filling = .all
    }
    var lost = LineGap(cause: .host, frameCount: 7)
    lost.isBetweenEvents = true
    try take(
      [
        gap(.unwanted, 100), mark(true), frames([1, 2]), mark(false), gap(.unwanted, 50),
        .gap(lost), mark(true), frames([3]), gap(.host, 1), frames([4]),
      ], recording)
    #expect(sink.samples == [1, 2, 3, 0] && sink.parts == [2])
    #expect(recording.isComplete && recording.account.unwanted == 150)
    #expect(recording.account.missing == (0, 8))
  }

  /// The end of an event stays in the resampler until it is flushed.
  @Test func eachEventIsResampledAlone() throws {
    let sink = MemorySink(StreamFormat(encoding: .f32le, rate: 24_000, channelCount: 1))
    let recording = try recording(sink)
    let event = [mark(true), frames([Float](repeating: 0.5, count: 960)), mark(false)]
    try take(event + [gap(.unwanted, 48_000)] + event, recording)
    #expect(sink.parts == [480, 960])
  }
}
