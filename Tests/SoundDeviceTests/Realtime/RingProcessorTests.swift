import PCM
import Testing

@testable import SoundDevice

/// Mono streams of `Float`, block by block.
struct RingProcessorTests {
  private struct Bench {
    let ledger = LossLedger()
    let input: RingBuffer?
    let output: RingBuffer?
    let processor: RingProcessor

    init(
      input: Int? = nil, output: Int? = nil, start: RingProcessor.Start = .prompt,
      aligned: Bool = false, isStarted: Bool = true, quietTime: Int = .max
    ) {
      self.input = input.map { RingBuffer(capacity: $0, bytesPerFrame: 4) }
      self.output = output.map { RingBuffer(capacity: $0, bytesPerFrame: 4) }
      processor = RingProcessor(
        inputRing: self.input, outputRing: self.output, ledger: ledger, start: start,
        isAligned: aligned, quietTime: quietTime)
      if isStarted { processor.willStart(resuming: false) }
    }

    func write(_ values: [Float]) {
      unsafe values.withUnsafeBytes { bytes in
        guard let base = bytes.baseAddress else { return }
        unsafe output?.write(from: base, count: values.count)
      }
    }

    func read() -> [Float] {
      guard let input else { return [] }
      var values = [Float](repeating: .nan, count: input.readableCount)
      unsafe values.withUnsafeMutableBytes { bytes in
        guard let base = bytes.baseAddress else { return }
        unsafe input.read(into: base, count: input.readableCount)
      }
      return values
    }

    func play(
      _ frameCount: Int, loss: HostLoss = .init(), freewheeling: Bool = false
    ) -> [Float] {
      Blocks.process(
        processor, outputCount: frameCount, frameCount: frameCount, outputLoss: loss,
        freewheeling: freewheeling
      ).output
    }

    func take(_ values: [Float], loss: HostLoss = .init()) {
      _ = Blocks.process(processor, input: values, frameCount: values.count, inputLoss: loss)
    }
  }

  // MARK: Input

  @Test func aBlockThatDoesNotFitIsDroppedWhole() {
    let bench = Bench(input: 5)
    bench.take([1, 2, 3])
    bench.take([4, 5, 6])
    bench.take([7, 8])
    #expect(bench.read() == [1, 2, 3, 7, 8])
    #expect(bench.processor.takeFlags(.inputOverflow) == .inputOverflow)
    #expect(bench.processor.takeFlags(.inputOverflow) == [])
    bench.ledger.settle()
    let gaps = bench.ledger.takeGaps()
    #expect(gaps.count == 1)
    #expect(gaps.first?.cause == .overflow)
    #expect(gaps.first?.position == 3 && gaps.first?.frameCount == 3)
    #expect(bench.ledger.report.input.delivered == 5)
    #expect(bench.ledger.report.input.dropped == 3)
  }

  @Test func whatTheHostLostIsToldWithItsPosition() {
    let bench = Bench(input: 100)
    bench.take([1, 2])
    bench.take([3], loss: HostLoss(frameCount: 9, isEstimated: true))
    bench.ledger.settle()
    let gap = bench.ledger.takeGaps().first
    #expect(gap?.cause == .host && gap?.position == 2 && gap?.frameCount == 9)
    #expect(gap?.isEstimated == true)
    #expect(bench.ledger.report.input.lost == 9)
  }

  // MARK: Output, begun promptly

  @Test func silenceBeforeTheFirstWriteIsNoUnderflow() {
    let bench = Bench(output: 100)
    #expect(bench.play(4) == [0, 0, 0, 0])
    bench.write([1, 2])
    #expect(bench.play(4) == [1, 2, 0, 0])
    #expect(bench.processor.takeFlags(.outputUnderflow) == .outputUnderflow)
    bench.ledger.settle()
    #expect(bench.ledger.report.output.padding == 4)
    #expect(bench.ledger.report.output.inserted == 2)
    #expect(bench.ledger.takeGaps().map(\.position) == [2])
  }

  @Test func afterTheEndWhatIsLeftPlaysAndTheStreamCompletes() {
    let bench = Bench(output: 100)
    bench.write([1, 2, 3, 4, 5])
    bench.processor.endOutput()
    let first = Blocks.process(bench.processor, outputCount: 4, frameCount: 4) as ([Float], _)
    #expect(first.0 == [1, 2, 3, 4] && first.1 == .continue)
    let second = Blocks.process(bench.processor, outputCount: 4, frameCount: 4) as ([Float], _)
    #expect(second.0 == [5, 0, 0, 0] && second.1 == .complete)
    #expect(bench.processor.takeFlags(.outputUnderflow) == [])
    #expect(bench.ledger.report.output.padding == 3)
  }

  @Test func whatEndedBeforeTheFirstStartIsPlayedToItsEnd() {
    let bench = Bench(output: 100, start: .prebuffered, isStarted: false)
    bench.write([1, 2, 3, 4, 5])
    bench.processor.endOutput()
    bench.processor.willStart(resuming: false)
    #expect(bench.play(4) == [1, 2, 3, 4])
    let last = Blocks.process(bench.processor, outputCount: 4, frameCount: 4) as ([Float], _)
    #expect(last.0 == [5, 0, 0, 0] && last.1 == .complete)
    #expect(bench.processor.takeFlags(.outputUnderflow) == [])
  }

  @Test func aNewStartForgetsTheEndAndThatItPlayed() {
    let bench = Bench(output: 100)
    bench.write([1])
    bench.processor.endOutput()
    _ = bench.play(1)
    bench.processor.willStart(resuming: false)
    let block = Blocks.process(bench.processor, outputCount: 2, frameCount: 2) as ([Float], _)
    #expect(block.1 == .continue)
    #expect(bench.processor.takeFlags(.outputUnderflow) == [])
  }

  @Test func goingOnAfterAPauseForgetsNothing() {
    let bench = Bench(output: 100)
    bench.write([1, 2])
    bench.processor.endOutput()
    _ = bench.play(1)
    bench.processor.didStop(discarding: false)
    bench.processor.willStart(resuming: true)
    let block = Blocks.process(bench.processor, outputCount: 2, frameCount: 2) as ([Float], _)
    #expect(block.0 == [2, 0] && block.1 == .complete)
  }

  @Test func anAbortDiscardsWhatHasNotPlayed() {
    let bench = Bench(output: 100)
    bench.write([1, 2, 3])
    bench.processor.didStop(discarding: true)
    bench.processor.willStart(resuming: false)
    #expect(bench.play(2) == [0, 0])
  }

  // MARK: Output with a prebuffer

  @Test func partOfABlockIsNotKeptWaitingForEver() {
    let bench = Bench(output: 100, start: .prebuffered)
    bench.write([1, 2, 3, 4, 5, 6])
    #expect(bench.play(4) == [1, 2, 3, 4])
    var played: [Float] = []
    for _ in 0..<20 { played += bench.play(4).filter { $0 != 0 } }
    #expect(played == [5, 6])
    // Running dry once has grown the prebuffer once; what came late has not.
    #expect(bench.processor.prebufferFrameCount == 4)
  }

  @Test func aCushionedOutputBeginsWithAWholeBlock() {
    let bench = Bench(output: 1000, start: .prebuffered)
    bench.write([1, 2, 3])
    #expect(bench.play(4) == [0, 0, 0, 0])
    bench.write([4])
    #expect(bench.play(4) == [1, 2, 3, 4])
  }

  @Test func theCushionGrowsByABlockWheneverOutputRanDry() {
    let bench = Bench(output: 1000, start: .prebuffered)
    bench.write([1, 2, 3, 4])
    _ = bench.play(4)
    #expect(bench.processor.prebufferFrameCount == 0)
    #expect(bench.play(4) == [0, 0, 0, 0])
    #expect(bench.processor.prebufferFrameCount == 4)
    // It begins again only when block and prebuffer are there.
    bench.write([5, 6, 7, 8])
    #expect(bench.play(4) == [0, 0, 0, 0])
    bench.write([9, 10, 11, 12])
    #expect(bench.play(4) == [5, 6, 7, 8])
    #expect(bench.ledger.report.output.inserted == 8)
    // Waiting for the prebuffer is the same shortage, which grows it once.
    #expect(bench.processor.prebufferFrameCount == 4)
  }

  @Test func afterAQuietTimeTheCushionBeginsWithOneBlockAgain() {
    let bench = Bench(output: 1000, start: .prebuffered, quietTime: 100)
    func play(_ blocks: Int) {
      for _ in 0..<blocks {
        bench.write([1, 2, 3, 4])
        _ = bench.play(4)
      }
    }
    play(1)
    _ = bench.play(4)
    play(2)
    _ = bench.play(4)
    #expect(bench.processor.prebufferFrameCount == 4)
    _ = bench.play(4)
    #expect(bench.processor.prebufferFrameCount == 8)
    // A hundred frames without running dry.
    play(28)
    #expect(bench.processor.prebufferFrameCount == 8)
    for _ in 0..<3 { _ = bench.play(4) }
    #expect(bench.processor.prebufferFrameCount == 4)
  }

  /// As a sound server needs it, which takes its whole latency at once.
  @Test func aLeastPrebufferIsWaitedForFromTheStart() {
    let bench = Bench(output: 1000, start: .prebuffered, isStarted: false, quietTime: 8)
    bench.processor.setLeastPrebuffer(8)
    bench.processor.willStart(resuming: false)
    #expect(bench.processor.prebufferFrameCount == 8)
    bench.write([1, 2, 3, 4])
    #expect(bench.play(4) == [0, 0, 0, 0])
    bench.write([5, 6, 7, 8, 9, 10, 11, 12])
    #expect(bench.play(4) == [1, 2, 3, 4])
    #expect(bench.play(4) == [5, 6, 7, 8] && bench.play(4) == [9, 10, 11, 12])
    // The quiet time is over: one block more than the least.
    _ = bench.play(4)
    #expect(bench.processor.prebufferFrameCount == 12)
  }

  /// Who needs no prebuffer waits for none.
  @Test func aPromptStartHasNoLeastPrebuffer() {
    let bench = Bench(output: 1000, isStarted: false)
    bench.processor.setLeastPrebuffer(8)
    bench.processor.willStart(resuming: false)
    bench.write([1, 2, 3, 4])
    #expect(bench.play(4) == [1, 2, 3, 4])
  }

  @Test func theCushionDoesNotGrowForWhatTheHostLost() {
    let bench = Bench(output: 1000, start: .prebuffered)
    bench.write([1, 2, 3, 4])
    #expect(bench.play(4, loss: HostLoss(frameCount: 4, isEstimated: true)) == [1, 2, 3, 4])
    // What the host lost here it lost at the recorder too.
    #expect(bench.play(4) == [0, 0, 0, 0])
    #expect(bench.processor.prebufferFrameCount == 0)
    #expect(bench.ledger.report.output.inserted == 4)
    for value in 0..<4 {
      bench.write([Float](repeating: Float(value + 1), count: 4))
      #expect(bench.play(4).allSatisfy { $0 == Float(value + 1) })
    }
    // By now what is late is the writer's doing.
    #expect(bench.play(4) == [0, 0, 0, 0])
    #expect(bench.processor.prebufferFrameCount == 4)
  }

  @Test func theCushionDoesNotGrowWhileFreewheeling() {
    let bench = Bench(output: 1000, start: .prebuffered)
    bench.write([1, 2, 3, 4])
    _ = bench.play(4, freewheeling: true)
    _ = bench.play(4, freewheeling: true)
    #expect(bench.processor.prebufferFrameCount == 0)
    #expect(bench.ledger.report.output.inserted == 0)
    #expect(bench.ledger.report.output.padding == 4)
  }

  @Test func framesThatWaitTooLongForMoreArePlayedAlone() {
    let bench = Bench(output: 1000, start: .prebuffered)
    bench.write([1, 2, 3])
    var heard: [Float] = []
    for _ in 0..<10 { heard += bench.play(4) }
    #expect(heard.filter { $0 != 0 } == [1, 2, 3])
  }

  // MARK: Both

  @Test func alignedInputIsKeptOnlyForFramesThatArePlayed() {
    let bench = Bench(input: 100, output: 100, aligned: true)
    func run(_ input: [Float]) -> [Float] {
      Blocks.process(bench.processor, input: input, outputCount: 4, frameCount: 4).output
    }
    #expect(run([1, 2, 3, 4]) == [0, 0, 0, 0])
    bench.write([10, 20, 30, 40, 50, 60])
    bench.processor.endOutput()
    #expect(run([5, 6, 7, 8]) == [10, 20, 30, 40])
    #expect(run([9, 10, 11, 12]) == [50, 60, 0, 0])
    #expect(bench.read() == [5, 6, 7, 8, 9, 10])
  }

  @Test func aHostWithoutAClockWaitsForDataAndRoom() {
    let bench = Bench(input: 4, output: 100)
    #expect(!bench.processor.isReady(frameCount: 4))
    bench.write([1, 2, 3, 4])
    #expect(bench.processor.isReady(frameCount: 4))
    _ = Blocks.process(
      bench.processor, input: [1, 2, 3, 4] as [Float], outputCount: 4, frameCount: 4)
    bench.processor.endOutput()
    #expect(!bench.processor.isReady(frameCount: 1))
    #expect(bench.read() == [1, 2, 3, 4])
    #expect(bench.processor.isReady(frameCount: 4))
  }
}
