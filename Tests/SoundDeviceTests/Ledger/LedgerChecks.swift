@testable import SoundDevice

/// What must hold of a run, said from the outside: from the frames' own numbers.
extension LedgerBench {
  private func demand(_ isTrue: Bool, _ complaint: @autoclosure () -> String) throws {
    if !isTrue { throw LedgerComplaint(complaint()) }
  }

  private func demand(_ value: Int, _ wanted: Int, _ what: String) throws {
    try demand(value == wanted, "\(what): \(value), not \(wanted)")
  }

  private func sum(_ direction: StreamDirection, _ causes: Gap.Cause...) -> Int {
    gaps.filter { $0.direction == direction && causes.contains($0.cause) }
      .map(\.frameCount).reduce(0, +)
  }

  /// The recorded frames from the `first`-th on hold what the gaps that are known say.
  func checkRecorded(from first: Int) throws {
    guard first < recorded.count else { return }
    if plan.mode == .aligned { return try checkAligned(from: first) }
    let moves =
      gaps.filter { $0.direction == .input && $0.cause != .pause }.map {
        ($0.position, $0.frameCount)
      }
      + skips.map { ($0.recorded, $0.frameCount) }
    let sorted = moves.sorted { $0.0 < $1.0 }
    var next = 0
    var frame = origin
    for entry in recorded[first...] {
      while next < sorted.count, sorted[next].0 <= entry.index {
        frame += sorted[next].1
        next += 1
      }
      let wanted = number(at: frame + entry.index)
      try demand(
        entry.value == wanted, "recorded frame \(entry.index) is \(entry.value), not \(wanted)")
    }
  }

  /// Frame n of the recording, gaps filled, was captured while frame n was played.
  private func checkAligned(from first: Int) throws {
    var played: [Int] = []
    for (index, value) in heard.enumerated() where value != 0 { played.append(origin + index) }
    let missing = gaps.filter {
      $0.direction == .input && ($0.cause == .overflow || $0.cause == .host && !$0.isMutual)
    }
    .sorted { $0.position < $1.position }
    var next = 0
    var filled = 0
    for entry in recorded[first...] {
      while next < missing.count, missing[next].position <= entry.index {
        filled += missing[next].frameCount
        next += 1
      }
      let frame = entry.index + filled
      try demand(frame < played.count, "recorded frame \(entry.index) was never played")
      let wanted = number(at: played[frame])
      try demand(
        entry.value == wanted, "recorded frame \(entry.index) is \(entry.value), not \(wanted)")
    }
  }

  /// What was heard are the frames that were written, in order, with silence exactly where and as
  /// long as the gaps say.
  func checkHeard() throws {
    guard plan.hasOutput else { return }
    var silence: [Int: Int] = [:]
    for gap in gaps where gap.direction == .output && gap.cause != .pause {
      silence[gap.position, default: 0] += gap.frameCount
    }
    for skip in skips { silence[skip.played, default: 0] += skip.frameCount }
    let delivered = session.losses.output.delivered
    var position = 0
    var silent = 0
    for value in heard {
      guard value != 0 else {
        silent += 1
        continue
      }
      if position > 0 { try demand(silent, silence[position] ?? 0, "silence after \(position)") }
      position += 1
      silent = 0
      try demand(value == Float(position), "heard \(value) in place of frame \(position)")
    }
    try demand(position, delivered, "frames heard")
    try demand(silent >= silence[position] ?? 0 || position == 0, "the last silence is too short")
  }

  /// A pause is a gap of the input, or without one of the output. How long, the wall clock says.
  private func checkPauses() throws {
    let pauses = gaps.filter { $0.cause == .pause }
    try demand(
      pauses.allSatisfy { ($0.direction == .input) == plan.hasInput }, "a pause is in the other")
    try demand(
      pauses.map(\.frameCount).reduce(0, +), session.losses.pausedFrameCount, "frames paused")
    let places = skips.map { plan.hasInput ? $0.recorded : $0.played }
    try demand(pauses.allSatisfy { places.contains($0.position) }, "a pause is out of place")
  }

  /// The sums, once no callback runs and everything was read.
  func checkSums() throws {
    let report = session.losses
    try checkPauses()
    if plan.hasInput {
      let counts = report.input
      try demand(counts.hostFrameCount, handedOver, "input handed over")
      try demand(
        counts.delivered + counts.dropped + counts.discarded, handedOver, "input accounted for")
      try demand(counts.lost, lost, "input lost by the host")
      try demand(sum(.input, .host), counts.lost, "gaps of the host's in the input")
      try demand(sum(.input, .overflow), counts.dropped, "gaps of input dropped")
      try demand(recorded.count, counts.delivered, "frames read")
      try demand(counts.inserted, 0, "input inserted")
      // Only what came while the last output still played.
      if plan.mode != .aligned, !plan.finishes {
        try demand(counts.discarded, 0, "discarded input")
      }
    }
    if plan.hasOutput {
      let counts = report.output
      try demand(counts.hostFrameCount, handedOver, "output asked for")
      try demand(
        counts.delivered + counts.inserted + counts.padding, handedOver, "output accounted for")
      try demand(counts.lost, lost, "output lost by the host")
      try demand(sum(.output, .host), counts.lost, "gaps of the host's in the output")
      let starved = gaps.filter { $0.direction == .output && $0.cause == .underflow }
      try demand(
        starved.filter { !$0.isFreewheeling }.map(\.frameCount).reduce(0, +), counts.inserted,
        "gaps of silence")
      try demand(counts.dropped, 0, "output dropped")
    }
  }
}
