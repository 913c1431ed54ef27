import Foundation
import PCM
import Platform
import Testing

@testable import SoundDevice

/// Whatever a host, a reader and a writer do, every frame is accounted for, and what is told of
/// each gap is what happened to the sound.
///
/// `SD_LEDGER_SEEDS=N` tries so many seeds (thousands take seconds with `-c release`),
/// `SD_LEDGER_SEED=S` one seed.
@Suite struct LedgerPropertyTests {
  private static let environment = ProcessInfo.processInfo.environment
  private static let seedCount = UInt64(environment["SD_LEDGER_SEEDS"] ?? "") ?? 500
  private static let chosen = UInt64(environment["SD_LEDGER_SEED"] ?? "")
  private static let laneCount: UInt64 = 4

  private static func seeds(lane: UInt64, count: UInt64) -> [UInt64] {
    if let chosen { return lane == 0 ? [chosen] : [] }
    return Array(stride(from: lane, to: count, by: Int(laneCount)))
  }

  private func tryAll(
    lane: UInt64, count: UInt64, _ body: (LedgerBench, inout SeededNumbers) throws -> Void
  ) {
    let thread = HostThread(.virtual, name: "sd-test-ledger", host: ExchangeableHost())
    var failureCount = 0
    for seed in Self.seeds(lane: lane, count: count) where failureCount < 3 {
      let plan = LedgerPlan(seed: seed)
      var numbers = SeededNumbers(seed: ~seed)
      do {
        try body(LedgerBench(plan, thread), &numbers)
      } catch {
        failureCount += 1
        Issue.record("\(plan): \(error)")
      }
    }
  }

  @Test(arguments: 0..<laneCount)
  func inLockstep(lane: UInt64) {
    tryAll(lane: lane, count: Self.seedCount) { bench, numbers in
      try bench.start()
      for step in 0..<bench.plan.stepCount {
        bench.advance(by: Int.random(in: 0...bench.plan.stride, using: &numbers))
        if bench.plan.pauses, numbers.chance(25) {
          try bench.pause(for: Int.random(in: 0...200, using: &numbers))
        }
        let known = bench.recorded.count
        let toRead = amount(bench.plan.reader, of: bench.readable, step, &numbers)
        if bench.plan.hasInput, toRead > 0 { try bench.read(toRead) }
        try bench.checkRecorded(from: known)
        let toWrite = amount(bench.plan.writer, of: bench.writable, step, &numbers)
        if bench.plan.hasOutput, toWrite > 0 { try bench.write(toWrite) }
      }
      try end(bench)
    }
  }

  /// A reader is given everything in order, each gap between the frames it lies between.
  @Test(arguments: 0..<laneCount)
  func throughAReader(lane: UInt64) {
    tryAll(lane: lane, count: Self.seedCount) { bench, numbers in
      guard bench.plan.hasInput else { return }
      try bench.start()
      for step in 0..<bench.plan.stepCount {
        bench.advance(by: Int.random(in: 0...bench.plan.stride, using: &numbers))
        if bench.plan.pauses, numbers.chance(25) {
          try bench.pause(for: Int.random(in: 0...200, using: &numbers))
        }
        let known = bench.recorded.count
        var toRead = amount(bench.plan.reader, of: bench.readable + 1, step, &numbers)
        while toRead > 0, let segment = try bench.readSegment(toRead) {
          if case .frames(let count) = segment { toRead -= count }
        }
        try bench.checkRecorded(from: known)
        let toWrite = amount(bench.plan.writer, of: bench.writable, step, &numbers)
        if bench.plan.hasOutput, toWrite > 0 { try bench.write(toWrite) }
      }
      try bench.session.abort()
      let known = bench.recorded.count
      while try bench.readSegment(1000) != nil {}
      try bench.checkRecorded(from: known)
      try bench.checkHeard()
      try bench.checkSums()
      try bench.session.close()
    }
  }

  /// How much a neighbour reads or writes of what it could.
  private func amount(
    _ neighbour: LedgerPlan.Neighbour, of possible: Int, _ step: Int,
    _ numbers: inout SeededNumbers
  ) -> Int {
    switch neighbour {
    case .prompt: possible
    case .slow: min(possible, Int.random(in: 0...80, using: &numbers))
    case .bursty: numbers.chance(9) ? possible : 0
    case .absent: 0
    }
  }

  private func end(_ bench: LedgerBench) throws {
    if bench.plan.finishes, bench.plan.hasOutput {
      bench.session.rings?.endOutput()
      // Until the last frame has been played; the reader keeps up, so that nothing waits for it.
      while bench.session.stream.phase == .running, !bench.session.stream.isFinishing {
        bench.advance(by: 100)
      }
      _ = try bench.session.stream.wait(seconds: nil)
    }
    try bench.session.abort()
    let known = bench.recorded.count
    bench.takeGaps()
    while bench.readable > 0 { try bench.read(bench.readable) }
    try bench.checkRecorded(from: known)
    try bench.checkHeard()
    try bench.checkSums()
    try bench.session.close()
  }

  /// A callback of more frames than are processed at once is torn into blocks, and the ledger still
  /// holds.
  @Test func aCallbackOfTooManyFramesIsAccountedForWhole() throws {
    let bench = try VirtualBench("block=50000,latency=60000")
    let stream = try RawAudioOutputStream(
      bench.parameters(1), format: .float32, options: StreamOptions(clips: false))
    try stream.start()
    let sound = (0..<120_000).map { Float($0 % 1000 + 1) }
    let written = try unsafe sound.span.bytes.withUnsafeBytes { _ throws(PortAudioError) in
      unsafe try stream.write(sound.span.bytes, until: { false })
    }
    #expect(written == sound.count)
    try stream.stop()
    let counts = stream.losses.output
    #expect(counts.delivered == sound.count)
    #expect(counts.delivered + counts.inserted + counts.padding == counts.hostFrameCount)
    #expect(counts.hostFrameCount % 50_000 == 0 && counts.hostFrameCount >= 150_000)
  }

  /// A device that goes away takes no gap with it that was still open.
  @Test func whatWasLostRightBeforeTheDeviceIsTold() throws {
    let bench = try VirtualBench("rate=192000,block=4096,pace=realtime,lost@40960")
    let stream = try RawAudioInputStream(
      bench.parameters(1), format: .float32, options: StreamOptions(bufferFrameCount: 16384))
    try stream.start()
    #expect(code { try stream.wait() } == .hostLost)
    #expect(stream.isLost)
    let gap = Gap(
      direction: .input, cause: .overflow, position: 16384, frameCount: 24576, isEstimated: false,
      isFreewheeling: false)
    #expect(stream.takeGaps() == [gap])
    #expect(stream.losses.input.delivered == 16384 && stream.losses.input.dropped == 24576)
  }

  /// The same with real threads: what is read and written when is nobody's plan, the sums and the
  /// sound must hold all the same.
  @Test(arguments: 0..<laneCount)
  func amongThreads(lane: UInt64) async {
    let count = Self.chosen == nil ? Self.seedCount / 40 : 1
    tryAll(lane: lane, count: count) { bench, numbers in
      try bench.start()
      let plan = bench.plan
      var steps: [Int] = []
      for _ in 0..<plan.stepCount {
        steps.append(Int.random(in: 0...plan.stride, using: &numbers))
      }
      let seed = numbers.next()
      let failure = Shared<String?>(nil)
      let left = Latch()
      let running = Shared(2)
      func neighbour(_ seed: UInt64, _ work: @escaping @Sendable (Int) throws -> Void) {
        startThread(named: "sd-test-peer") {
          var numbers = SeededNumbers(seed: seed)
          do {
            while true { try work(Int.random(in: 1...200, using: &numbers)) }
          } catch {
            // How a reader or a writer learns of the end.
            if (error as? PortAudioError)?.code != .streamIsStopped {
              failure.update { $0 = "\(error)" }
            }
          }
          running.update { $0 -= 1 }
          if running.value == 0 { left.open() }
        }
      }
      if plan.hasInput, plan.reader != .absent {
        neighbour(seed) { _ = try bench.read($0) }
      } else {
        running.update { $0 -= 1 }
      }
      if plan.hasOutput, plan.writer != .absent {
        neighbour(seed ^ 1) { try bench.write($0) }
      } else {
        running.update { $0 -= 1 }
      }
      for step in steps { bench.advance(by: step) }
      try bench.session.abort()
      if running.value > 0 { _ = left.wait(seconds: nil) }
      if let failure = failure.value { throw LedgerComplaint(failure) }
      bench.takeGaps()
      while bench.readable > 0 { try bench.read(bench.readable) }
      try bench.checkRecorded(from: 0)
      try bench.checkHeard()
      try bench.checkSums()
      try bench.session.close()
    }
  }
}
