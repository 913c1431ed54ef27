internal import PCM
internal import Platform
internal import SoundDevice
internal import SoundTool

/// A process that has the device, as its parent sees it. Any thread.
protocol DeviceLink: AnyObject, Sendable {
  /// Where its records arrive.
  var output: CInt { get }
  /// Starts the device.
  func wake()
  /// Asks it to end.
  func closeInput()
  /// Sends it a signal.
  func send(_ signal: CInt)
  /// Ends it, and frees everything.
  func reap()
}

extension ProgramCopy: DeviceLink {}

/// The ledger of one such process.
struct LinkLedger {
  /// The latest that it sent.
  var report = LossReport()
  /// Frames that arrived.
  var received = 0

  /// The ledger with everything that arrived, also if the process could not send its last.
  var settled: LossReport {
    var report = report
    let missing = max(0, received - report.input.delivered)
    report.input.delivered += missing
    report.input.hostFrameCount += missing
    return report
  }
}

extension LossReport {
  /// The input of both.
  func addingInput(of other: LossReport) -> LossReport {
    var sum = self
    sum.input.hostFrameCount += other.input.hostFrameCount
    sum.input.delivered += other.input.delivered
    sum.input.dropped += other.input.dropped
    sum.input.discarded += other.input.discarded
    sum.input.lost += other.input.lost
    sum.input.lossCount += other.input.lossCount
    sum.input.lostIsEstimated = input.lostIsEstimated || other.input.lostIsEstimated
    sum.pausedFrameCount += other.pausedFrameCount
    sum.isFreewheeling = isFreewheeling || other.isFreewheeling
    return sum
  }
}

extension DeviceLink {
  /// Whether something has arrived, or the process has ended.
  func isReadable(within milliseconds: CInt) -> Bool {
    var entry = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
    return unsafe poll(&entry, 1, milliseconds) > 0
  }

  /// Reads the next record, without the bytes of its frames.
  ///
  /// - Parameter isOverdue: Asked while nothing arrives; true gives up.
  /// - Returns: nil if the process has ended.
  func readRecord(isOverdue: () -> Bool) -> DeviceRecord? {
    guard let head = read(DeviceRecord.headByteCount, isOverdue) else { return nil }
    let count = DeviceRecord.textByteCount(head)
    guard 0...65_536 ~= count, let text = read(count, isOverdue) else { return nil }
    return DeviceRecord(head: head, text: text)
  }

  private func read(_ byteCount: Int, _ isOverdue: () -> Bool) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: byteCount)
    var span = bytes.mutableSpan
    var target = unsafe span.mutableBytes
    return readAll(into: &target, isOverdue: isOverdue) ? bytes : nil
  }

  /// Fills the span; false if the process ends before.
  func readAll(into span: inout MutableRawSpan, isOverdue: () -> Bool) -> Bool {
    var offset = 0
    while offset < span.byteCount {
      guard isReadable(within: 100) else {
        if isOverdue() { return false }
        continue
      }
      let count = unsafe span.withUnsafeMutableBytes { bytes in
        let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[offset...])
        return unsafe SystemCall.read(output, rest.baseAddress, rest.count)
      }
      if count < 0, errno == EINTR || errno == EAGAIN { continue }
      guard count > 0 else { return false }
      offset += count
    }
    return true
  }
}
