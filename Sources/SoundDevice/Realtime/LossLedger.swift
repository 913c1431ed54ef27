internal import Synchronization

/// The audio thread's record of losses, which all other threads may read.
///
/// Counts are always exact. Gaps go through a small queue. Losses of one kind at one place form one
/// gap, which is queued when it has ended and before the frames after it are published. So a reader
/// that checks how far a ring is written and then takes the gaps knows every gap before that
/// position. If the queue is full because no thread takes the gaps, later gaps are merged into
/// earlier ones: they still add up to the counts, but arrive late.
final class LossLedger: @unchecked Sendable {
  // Safe to share: open gaps belong to the audio thread, and to `settle()` when no callback can
  // run. The queue has one producer, the audio thread, and readers behind a mutex.

  /// Stored inside the ledger, so that the audio thread has no reference to count.
  private struct Tally: ~Copyable {
    let hostFrames = Atomic<Int>(0)
    let delivered = Atomic<Int>(0)
    let dropped = Atomic<Int>(0)
    let lost = Atomic<Int>(0)
    let lossCount = Atomic<Int>(0)
    let estimated = Atomic<Bool>(false)
    let inserted = Atomic<Int>(0)
    let discarded = Atomic<Int>(0)
    let padding = Atomic<Int>(0)

    var counts: LossReport.Counts {
      var counts = LossReport.Counts()
      counts.hostFrameCount = hostFrames.load(ordering: .relaxed)
      counts.delivered = delivered.load(ordering: .relaxed)
      counts.dropped = dropped.load(ordering: .relaxed)
      counts.lost = lost.load(ordering: .relaxed)
      counts.lostIsEstimated = estimated.load(ordering: .relaxed)
      counts.lossCount = lossCount.load(ordering: .relaxed)
      counts.inserted = inserted.load(ordering: .relaxed)
      counts.discarded = discarded.load(ordering: .relaxed)
      counts.padding = padding.load(ordering: .relaxed)
      return counts
    }

    func count(_ gap: Gap) {
      switch gap.cause {
      case .overflow: dropped.add(gap.frameCount, ordering: .relaxed)
      case .underflow where gap.isFreewheeling: padding.add(gap.frameCount, ordering: .relaxed)
      case .underflow: inserted.add(gap.frameCount, ordering: .relaxed)
      case .pause: break
      case .host:
        lost.add(gap.frameCount, ordering: .relaxed)
        lossCount.add(1, ordering: .relaxed)
        if gap.isEstimated { estimated.store(true, ordering: .relaxed) }
      }
    }
  }

  private let input = Tally()
  private let output = Tally()
  private let freewheeled = Atomic<Bool>(false)
  private let paused = Atomic<Int>(0)
  // Not the stride: a gap on the stack has no padding after it to copy.
  private let queue = RingBuffer(capacity: 1024, bytesPerFrame: MemoryLayout<Gap>.size)
  private let readers = Guarded(())
  private var openInput = OpenGaps()
  private var openOutput = OpenGaps()
  /// Kept separately, because asking the gaps themselves costs the audio thread an access check.
  private var hasOpenGaps = false

  var report: LossReport {
    var report = LossReport()
    report.input = input.counts
    report.output = output.counts
    report.pausedFrameCount = paused.load(ordering: .relaxed)
    report.isFreewheeling = freewheeled.load(ordering: .relaxed)
    return report
  }

  // MARK: Audio thread

  // Always inlined: by the next block the code is out of the instruction cache, so a call costs
  // more than its body.

  /// Counts frames that the host delivered or requested. Each is then delivered, recorded as a gap,
  /// discarded or padding.
  @inline(__always) func begin(_ frameCount: Int, _ direction: StreamDirection) {
    tally(direction) { _ = $0.hostFrames.add(frameCount, ordering: .relaxed) }
  }

  @inline(__always) func deliver(_ frameCount: Int, _ direction: StreamDirection) {
    guard frameCount > 0 else { return }
    flush(direction)
    tally(direction) { _ = $0.delivered.add(frameCount, ordering: .relaxed) }
  }

  /// Counts input that was not wanted.
  @inline(__always) func discard(_ frameCount: Int) {
    input.discarded.add(frameCount, ordering: .relaxed)
  }

  /// Counts silence before the first written frame, after the last, or while freewheeling.
  @inline(__always) func pad(_ frameCount: Int) {
    output.padding.add(frameCount, ordering: .relaxed)
  }

  func noteFreewheeling() { freewheeled.store(true, ordering: .relaxed) }

  /// Records a gap. On the audio thread; a pause on the host's thread, while no callback runs.
  func record(_ gap: Gap) {
    tally(gap.direction) { $0.count(gap) }
    if gap.cause == .pause { paused.add(gap.frameCount, ordering: .relaxed) }
    hasOpenGaps = true
    if gap.direction == .input {
      openInput.add(gap, queue)
    } else {
      openOutput.add(gap, queue)
    }
  }

  // MARK: Any thread

  /// Takes the gaps that ended since the last call, oldest first.
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

  /// Counts delivered input that will not be read as dropped, right before `position`. No callback
  /// may be running.
  func withdraw(_ frameCount: Int, at position: Int) {
    guard frameCount > 0 else { return }
    input.delivered.subtract(frameCount, ordering: .relaxed)
    var gap = Gap(inputDroppedAt: position)
    gap.frameCount = frameCount
    record(gap)
    settle()
  }

  /// Ends gaps that are still open. No callback may be running.
  func settle() {
    flush(.input)
    flush(.output)
  }

  private func tally(_ direction: StreamDirection, _ body: (borrowing Tally) -> Void) {
    if direction == .input { body(input) } else { body(output) }
  }

  private func flush(_ direction: StreamDirection) {
    guard hasOpenGaps else { return }
    if direction == .input { openInput.close(into: queue) } else { openOutput.close(into: queue) }
    hasOpenGaps = !(openInput.isEmpty && openOutput.isEmpty)
  }
}

/// The open gaps at the current position of a direction, one of each kind. Only `init` allocates.
@safe private struct OpenGaps: ~Copyable {
  // Four kinds of host loss (mutual or not, freewheeling or not) two of overflow or underflow, and
  // a pause.
  private static let maxCount = 7
  // No buffer pointer: Swift 6.3 does not compile an element changed in place through one with
  // ThreadSanitizer.
  private let gaps: UnsafeMutablePointer<Gap>
  private var count = 0

  init() {
    unsafe gaps = .allocate(capacity: Self.maxCount)
    unsafe gaps.initialize(repeating: Gap(inputDroppedAt: 0), count: Self.maxCount)
  }

  deinit { unsafe gaps.deallocate() }

  var isEmpty: Bool { count == 0 }

  mutating func add(_ gap: Gap, _ queue: RingBuffer) {
    if unsafe count > 0 && gaps[0].position != gap.position { close(into: queue) }
    // Gaps that could not be queued absorb later ones.
    for index in 0..<count where unsafe gaps[index].isSameKind(as: gap) {
      unsafe gaps[index].frameCount += gap.frameCount
      unsafe gaps[index].isEstimated = gaps[index].isEstimated || gap.isEstimated
      return
    }
    precondition(count < Self.maxCount, "there are no more kinds of gaps")
    unsafe gaps[count] = gap
    count += 1
  }

  /// Queues the gaps in the order in which they began, as far as there is room.
  mutating func close(into queue: RingBuffer) {
    var passed = 0
    while passed < count {
      var gap = unsafe gaps[passed]
      guard unsafe withUnsafePointer(to: &gap, { unsafe queue.write(from: $0, count: 1) }) == 1
      else { break }
      passed += 1
    }
    for index in passed..<count { unsafe gaps[index - passed] = gaps[index] }
    count -= passed
  }
}

extension Gap {
  fileprivate func isSameKind(as other: Gap) -> Bool {
    cause == other.cause && isFreewheeling == other.isFreewheeling && isMutual == other.isMutual
  }
}
