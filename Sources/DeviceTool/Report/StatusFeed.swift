internal import Platform
internal import SoundDevice
internal import SoundTool
internal import Synchronization

/// `--status-fd`: JSON lines about the stream, for the parent process.
///
/// `start` once, `levels` once a second, `loss` for each gap, `file` for each file of a series,
/// `trigger` for each event, `silence` where the input has nothing but zeros, `reopen` for a device
/// that is lost or back, `end` last. A slow reader misses lines and never delays the sound; `end` says
/// how many lines were missed.
final class StatusFeed: Sendable {
  private struct State {
    var missed = 0
    var end: [JSON.Member] = []
    var ratio: JSON?
  }

  private let descriptor: CInt
  private let state = Mutex(State())

  /// Throws a usage error if the descriptor is not open.
  init(descriptor: CInt) throws(ToolError) {
    guard FileIdentity(descriptor: descriptor) != nil else {
      throw .usage("--status-fd \(descriptor)", "not open")
    }
    // The real stdout was moved, so that no library's output gets into the feed.
    self.descriptor = descriptor == STDOUT_FILENO ? StandardStreams.output : descriptor
    // The exit status is known only at the very end.
    ProgramExit.onEnd { [self] status in finish(status) }
  }

  func start(_ leg: any DeviceLeg, time: Double) {
    var members: [JSON.Member] = [
      .init("event", .string("start")), .init("time", .number(time)),
      .init("device", .string(leg.id)), .init("rate", .number(leg.sampleRate)),
      .init("block", .integer(leg.periodFrameCount)),
    ]
    let granted = leg.latencies
    if let input = granted.input { members.append(.init("input_latency", .number(input))) }
    if let output = granted.output { members.append(.init("output_latency", .number(output))) }
    send(members)
  }

  func levels(_ decibels: [Double], position: Double) {
    send([
      .init("event", .string("levels")), .init("position", .number(position)),
      .init("peak_db", .array(decibels.map(JSON.optional))),
    ])
  }

  func loss(_ gap: LineGap, at frame: Int) {
    // Frames dropped to catch up count as not read in time.
    let cause = gap.cause == .trimmed ? .overflow : gap.cause
    send([
      .init("event", .string("loss")), .init("direction", .string(gap.direction.rawValue)),
      .init("cause", .string("\(cause)")), .init("frame", .integer(frame)),
      .init("frames", .integer(gap.frameCount)), .init("estimated", .bool(gap.isEstimated)),
      .init("freewheeling", .bool(gap.isFreewheeling)),
    ])
  }

  /// Sends the next file of a series: its first frame, and that frame's capture time in seconds
  /// since 1970-01-01 00:00 UTC.
  func file(_ path: String, at frame: Int, captured: Double) {
    send([
      .init("event", .string("file")), .init("name", .string(path)),
      .init("frame", .integer(frame)), .init("time", .number(captured)),
    ])
  }

  /// Sends the beginning or the end of an event: the recording's frame there, and its capture time.
  ///
  /// - Parameter untriggered: Frames discarded since the last event.
  func trigger(_ mark: Mark, at frame: Int, untriggered: Int) {
    send([
      .init("event", .string("trigger")), .init("state", .string(mark.isBegin ? "begin" : "end")),
      .init("frame", .integer(frame)), .init("time", mark.captured.map(JSON.number) ?? .null),
      .init("untriggered", .integer(untriggered)),
    ])
  }

  /// Sends the beginning or the end of a stretch in which every sample is zero: the device's frame
  /// there, and its capture time.
  func silence(_ change: SilenceWatch.Change, captured: Double?) {
    send([
      .init("event", .string("silence")), .init("state", .string(change.isBegin ? "begin" : "end")),
      .init("frame", .integer(change.frame)), .init("time", captured.map(JSON.number) ?? .null),
    ])
  }

  /// Sends that the device is lost, or back: the recording's frame there, and the capture time of the
  /// first frame that is missing, or that came.
  func reopen(_ change: DeviceChange, at frame: Int) {
    let event: [JSON.Member] = [.init("event", .string("reopen"))]
    let place = JSON.Member("frame", .integer(frame))
    switch change {
    case .lost(_, let time):
      send(event + [.init("state", .string("lost")), place, .init("time", .number(time))])
    case .back(let time, let seconds, let frameCount):
      send(
        event + [
          .init("state", .string("back")), place, .init("time", .number(time)),
          .init("seconds", .number(seconds)), .init("frames", .integer(frameCount)),
        ])
    }
  }

  /// Sends the ratio of two clocks; the last one is in the `end` line too.
  func ratio(_ status: AdaptStatus) {
    send([.init("event", .string("ratio"))] + status.members)
    state.withLock { $0.ratio = .object(status.members) }
  }

  /// Keeps the counts for the `end` line. For input, `delivered + dropped + discarded` equals
  /// `host_frames`, and frames between events are discarded ones; for output,
  /// `delivered + inserted + padding` does.
  func end(
    _ losses: LossReport, output: (name: String, seconds: Double)?, peaks: [Double],
    clippedCount: Int, pausedSeconds: Double, events: EventCount?
  ) {
    func counts(_ counts: LossReport.Counts) -> JSON {
      .object([
        .init("host_frames", .integer(counts.hostFrameCount)),
        .init("delivered", .integer(counts.delivered)), .init("dropped", .integer(counts.dropped)),
        .init("lost", .integer(counts.lost)), .init("estimated", .bool(counts.lostIsEstimated)),
        .init("inserted", .integer(counts.inserted)),
        .init("discarded", .integer(counts.discarded)),
        .init("padding", .integer(counts.padding)),
      ])
    }
    var members: [JSON.Member] = [
      .init("input", counts(losses.input)), .init("output", counts(losses.output)),
      .init("clipped", .integer(clippedCount)), .init("paused", .number(pausedSeconds)),
      .init("peak_db", .array(peaks.map(JSON.optional))),
    ]
    if let output {
      members.append(.init("file", .string(output.name)))
      members.append(.init("seconds", .number(output.seconds)))
    }
    if let events {
      members.append(.init("events", .integer(events.count)))
      members.append(.init("untriggered", .integer(events.untriggered)))
    }
    state.withLock { [members] state in
      state.end = members
      if let ratio = state.ratio { state.end.append(.init("ratio", ratio)) }
    }
  }

  private func finish(_ status: CInt) {
    let (end, missed) = state.withLock { ($0.end, $0.missed) }
    send(
      [.init("event", .string("end"))] + end
        + [.init("missed_lines", .integer(missed)), .init("status", .integer(Int(status)))])
  }

  private func send(_ members: [JSON.Member]) {
    let line = Array((JSON.object(members).line + "\n").utf8)
    // A line within a pipe's atomic write arrives whole or not at all; a longer one, with a very
    // long path, could block.
    guard line.count <= PIPE_BUF else { return state.withLock { $0.missed += 1 } }
    var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    let sent =
      unsafe poll(&entry, 1, 0) > 0
      && line.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) } == line.count
    if !sent { state.withLock { $0.missed += 1 } }
  }
}
