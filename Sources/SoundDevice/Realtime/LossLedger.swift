internal import Synchronization

/// Where the audio thread writes down what was lost, and everybody else reads it.
///
/// Counts are always exact. Gaps are passed on through a small queue; consecutive losses of one
/// cause at one place are one gap, passed on when it has ended.
final class LossLedger: @unchecked Sendable {
  // Safe to share: `pending` is touched by the audio thread, and by `settle()` when no callback
  // can run; the queue has one producer, the audio thread, and readers behind a mutex.

  private final class Tally: Sendable {
    let delivered = Atomic<Int>(0)
    let dropped = Atomic<Int>(0)
    let lost = Atomic<Int>(0)
    let lossCount = Atomic<Int>(0)
    let estimated = Atomic<Bool>(false)
    let inserted = Atomic<Int>(0)
    let idle = Atomic<Int>(0)

    var counts: LossReport.Counts {
      var counts = LossReport.Counts()
      counts.delivered = delivered.load(ordering: .relaxed)
      counts.dropped = dropped.load(ordering: .relaxed)
      counts.lost = lost.load(ordering: .relaxed)
      counts.lostIsEstimated = estimated.load(ordering: .relaxed)
      counts.lossCount = lossCount.load(ordering: .relaxed)
      counts.inserted = inserted.load(ordering: .relaxed)
      counts.idle = idle.load(ordering: .relaxed)
      return counts
    }
  }

  private let input = Tally()
  private let output = Tally()
  private let freewheeled = Atomic<Bool>(false)
  private let queue = RingBuffer(capacity: 1024, frameByteCount: MemoryLayout<Gap>.stride)
  private let readers = Mutex(())
  private var pendingInput: Gap?
  private var pendingOutput: Gap?

  var report: LossReport {
    var report = LossReport()
    report.input = input.counts
    report.output = output.counts
    report.isFreewheeling = freewheeled.load(ordering: .relaxed)
    return report
  }

  // MARK: Audio thread

  func deliver(_ frameCount: Int, _ direction: StreamDirection) {
    guard frameCount > 0 else { return }
    flush(direction)
    tally(direction).delivered.add(frameCount, ordering: .relaxed)
  }

  func idle(_ frameCount: Int) { output.idle.add(frameCount, ordering: .relaxed) }

  func noteFreewheeling() { freewheeled.store(true, ordering: .relaxed) }

  func record(_ gap: Gap) {
    let tally = tally(gap.direction)
    switch gap.cause {
    case .overflow: tally.dropped.add(gap.frameCount, ordering: .relaxed)
    case .starvation where gap.isFreewheeling: tally.idle.add(gap.frameCount, ordering: .relaxed)
    case .starvation: tally.inserted.add(gap.frameCount, ordering: .relaxed)
    case .host:
      tally.lost.add(gap.frameCount, ordering: .relaxed)
      tally.lossCount.add(1, ordering: .relaxed)
      if gap.isEstimated { tally.estimated.store(true, ordering: .relaxed) }
    }
    if var last = pending(gap.direction), last.cause == gap.cause, last.position == gap.position,
      last.isFreewheeling == gap.isFreewheeling
    {
      last.frameCount += gap.frameCount
      last.isEstimated = last.isEstimated || gap.isEstimated
      setPending(last, gap.direction)
    } else {
      flush(gap.direction)
      setPending(gap, gap.direction)
    }
  }

  // MARK: Any thread

  /// The gaps that ended since the last call, oldest first.
  func takeGaps() -> [Gap] {
    readers.withLock { _ in
      var gaps: [Gap] = []
      while queue.readableCount > 0 {
        var gap = Gap(
          direction: .input, cause: .host, position: 0, frameCount: 0, isEstimated: false,
          isFreewheeling: false)
        unsafe withUnsafeMutablePointer(to: &gap) { _ = unsafe queue.read(into: $0, count: 1) }
        gaps.append(gap)
      }
      return gaps
    }
  }

  /// Ends gaps that are still open. No callback may run.
  func settle() {
    flush(.input)
    flush(.output)
  }

  private func tally(_ direction: StreamDirection) -> Tally {
    direction == .input ? input : output
  }

  private func pending(_ direction: StreamDirection) -> Gap? {
    direction == .input ? pendingInput : pendingOutput
  }

  private func setPending(_ gap: Gap?, _ direction: StreamDirection) {
    if direction == .input { pendingInput = gap } else { pendingOutput = gap }
  }

  private func flush(_ direction: StreamDirection) {
    guard var gap = pending(direction) else { return }
    // A full queue means that nobody takes gaps; the counts still have every frame.
    unsafe withUnsafePointer(to: &gap) { gap in _ = unsafe queue.write(from: gap, count: 1) }
    setPending(nil, direction)
  }
}
