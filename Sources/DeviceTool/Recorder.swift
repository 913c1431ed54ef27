internal import PCM
internal import SoundDevice
internal import SoundFile
internal import Platform
public import SoundTool

/// sd-rec: records a device to stdout, a file or a series of files.
public final class Recorder {
  let device: any InputLeg
  private let plan: RecordPlan
  private let reporter: RunReporter
  private let run: StreamRun
  private let input: any SegmentSource
  private let schedule: ScheduledStart?
  private var line: RecordingLine

  /// Records, including the start and shutdown of the libraries; or opens the device for the process
  /// that does.
  public static func run(_ plan: RecordPlan) throws(ToolError) {
    if let request = plan.request { return try DeviceServer.run(plan, request) }
    try DeviceSystem.run(plan.stream) { () throws(ToolError) in try Recorder(plan).record() }
  }

  // MARK: Opening

  convenience init(_ plan: RecordPlan) throws(ToolError) {
    guard plan.reopens else {
      let (stream, device) = try plan.openStream()
      try self.init(plan, StreamLeg(stream, device))
      return
    }
    // A process that has the device should not hold the feed open.
    if let descriptor = plan.report.descriptor, descriptor > 2 {
      _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }
    let device = try ReopeningDevice(plan) { request in
      ProgramCopy(
        inserting: "--\(DeviceRequest.optionName)=\(request.text)", errors: StandardStreams.errors)
    }
    try self.init(plan, device)
  }

  init(_ plan: RecordPlan, _ device: any InputLeg) throws(ToolError) {
    let rate = device.sampleRate
    let reporter = try RunReporter(
      plan.report, rate: rate, channelCount: device.inputFormat.channelCount)
    let run = StreamRun(device, LossPolicy(xrun: plan.stream.xrun), reporter) {
      let counts = device.losses.input
      let seconds = (Double(counts.delivered) / rate * 1000).rounded() / 1000
      return "\(counts.delivered) frames recorded (\(seconds) s), \(counts.dropped) dropped, "
        + "\(counts.lost) lost"
    }
    if plan.endsWithInput { run.ends(when: StandardStreams.watchInput { device.wakeWaiting() }) }
    schedule = ScheduledStart(plan.startTime)
    input = device.segments(for: run, isBlockByBlock: plan.latency == .low)
    line = try RecordingLine(plan, device, input, run, reporter, schedule: schedule)
    (self.plan, self.device, self.reporter, self.run) = (plan, device, reporter, run)
    run.progress = { [unowned self] in line.progress }
  }

  // MARK: Recording

  func record() throws(ToolError) {
    run.attempt { () throws(ToolError) in
      schedule?.wait(run, latency: device.inputLatency)
      try run.start()
      if isLow { prepareLowLatency() }
      try recordLine()
      while device.isReformatted, !run.isHalted, !line.isComplete {
        device.accept()
        reporter.change(rate: device.sampleRate)
        line = try RecordingLine(plan, device, input, run, reporter, after: line, schedule: nil)
        try recordLine()
      }
    }
    run.halt(.abort)
    device.close()
    let recording = line.recording
    run.attempt { () throws(ToolError) in try recording.close() }
    schedule?.reportLateness(device.startTime)
    let early = recording.account.early
    if early > 0 { Messages.detail("", "began \(counted(early, "frame")) late, to be in time") }
    try run.finish(
      recording.account.settled(device.losses, isComplete: line.isComplete),
      output: recording.name, clipped: recording.clippedCount)
  }

  /// Records until the end, or until the device has another format.
  private func recordLine() throws(ToolError) {
    while let segment = line.next() {
      // May end the run; the source then returns the frames captured before.
      run.note(segment)
      if isLow { shrinkPipe() }
      try line.recording.take(segment)
    }
    try line.recording.flush()
  }

  private var isLow: Bool { plan.latency == .low && line.sink.isStream }

  private func prepareLowLatency() {
    if !SoundSystem.makeThreadRealtime() {
      Messages.detail("", "no real-time priority for the thread that writes")
    }
  }

  private var isPipeShrunk = false

  private func shrinkPipe() {
    guard !isPipeShrunk, device.periodFrameCount > 0 else { return }
    isPipeShrunk = true
    PipeWriter.shrinkPipe(
      StandardStreams.output,
      blockByteCount: device.periodFrameCount * line.sink.format.bytesPerFrame)
  }
}
