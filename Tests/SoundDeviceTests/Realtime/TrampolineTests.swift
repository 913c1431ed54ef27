import PCM
import Testing

@testable import SoundDevice

struct TrampolineTests {
  private func side(
    _ format: SampleFormat, _ channelCount: Int, host: SampleFormat, _ hostChannelCount: Int,
    input: Bool
  ) -> StreamSide {
    let converter =
      input
      ? SampleConverter(from: SampleEncoding(host), to: SampleEncoding(format), dither: false)
      : SampleConverter(
        from: SampleEncoding(format), to: SampleEncoding(host), dither: false, clip: false)
    return StreamSide(
      hostFormat: host, hostChannelCount: hostChannelCount, format: format,
      channelCount: channelCount, map: nil,
      converter: converter.isCopy ? nil : converter)
  }

  private func trampoline(
    input: StreamSide? = nil, output: StreamSide? = nil,
    _ body: @escaping (AudioBlock) -> CallbackResult
  ) -> Trampoline {
    let trampoline = Trampoline(
      input: input, output: output, sampleRate: 48_000, processor: ClosureProcessor(body),
      ledger: LossLedger(), onFinishing: Semaphore())
    trampoline.willStart(drainFrameCount: 0, resuming: false)
    return trampoline
  }

  @Test func theClientLearnsRateAndChannelsOfItsOwnSide() {
    let seen = Tape(4, of: 0)
    let stream = trampoline(
      input: side(.int16, 1, host: .float32, 2, input: true),
      output: side(.int16, 3, host: .float32, 4, input: false)
    ) { block in
      let info = block.info
      seen.append(Int(info.sampleRate))
      seen.append(info.frameCount)
      seen.append(info.inputChannelCount)
      seen.append(info.outputChannelCount)
      return .continue
    }
    var output = [Float](repeating: 0, count: 40)
    _ = Blocks.call(
      stream, input: [Float](repeating: 0, count: 20), output: &output, frameCount: 10)
    #expect(seen.values == [48_000, 10, 1, 3])
  }

  @Test func longCallbacksAreSeveralBlocksOneAfterTheOther() throws {
    let positions = Tape(10, of: 0)
    let counts = Tape(10, of: 0)
    let times = Tape(10, of: 0.0)
    let stream = trampoline(output: side(.float32, 1, host: .float32, 1, input: false)) {
      block in
      let info = block.info
      positions.append(info.position)
      counts.append(info.frameCount)
      times.append(info.outputTime)
      for index in 0..<block.frameCount {
        unsafe block.output?.storeBytes(
          of: Float(info.position + index), toByteOffset: index * 4, as: Float.self)
      }
      return .continue
    }
    var output = [Float](repeating: -1, count: 40_000)
    #expect(
      Blocks.call(stream, output: &output, frameCount: 40_000, inputTime: 100) == .continue)
    #expect(output == (0..<40_000).map { Float($0) })
    #expect(positions.values == [0, 16384, 32768])
    #expect(counts.values == [16384, 16384, 7232])
    #expect(abs((times.values.last ?? 0) - 100 - 32768.0 / 48_000) < 1e-9)
  }

  @Test func afterCompletingSilencePlaysUntilTheLastBlockIsThrough() throws {
    let calls = Tape(10, of: 0)
    let stream = trampoline(output: side(.float32, 1, host: .float32, 1, input: false)) {
      block in
      calls.append(1)
      unsafe block.output?.storeBytes(of: Float(1), as: Float.self)
      return .complete
    }
    stream.willStart(drainFrameCount: 5, resuming: false)
    var output: [Float] = [9, 9]
    #expect(Blocks.call(stream, output: &output, frameCount: 2) == .continue)
    #expect(output == [1, 0] && !stream.isFinishing)
    // Five frames, and a period that is not yet known to end with the block.
    for _ in 1...10 {
      #expect(Blocks.call(stream, output: &output, frameCount: 2) == .continue)
    }
    #expect(Blocks.call(stream, output: &output, frameCount: 2) == .complete)
    #expect(output == [0, 0] && stream.isFinishing && calls.count == 1)
  }

  @Test func aPeriodThatNobodyHearsIsPassedOver() throws {
    let calls = Tape(10, of: 0)
    let stream = trampoline(output: side(.float32, 1, host: .float32, 1, input: false)) {
      block in
      calls.append(1)
      unsafe block.output?.storeBytes(of: Float(1), as: Float.self)
      return .continue
    }
    stream.willStart(drainFrameCount: 0, skippingFirstPeriod: true, resuming: false)
    var output: [Float] = [9, 9]
    for time in [10, 10.000001] {
      #expect(Blocks.call(stream, output: &output, frameCount: 2, now: time) == .continue)
      #expect(output == [0, 0] && calls.count == 0)
    }
    #expect(Blocks.call(stream, output: &output, frameCount: 2, now: 11) == .continue)
    #expect(output == [1, 0] && calls.count == 1)
    #expect(stream.ledger.report.output.padding == 4)
  }

  @Test(arguments: [CallbackResult.complete, .abort])
  func anEndIsHeldBackUntilTheStreamHasStarted(result: CallbackResult) {
    let calls = Tape(10, of: 0)
    let stream = trampoline(output: side(.float32, 1, host: .float32, 1, input: false)) { block in
      calls.append(1)
      unsafe block.output?.storeBytes(of: Float(1), as: Float.self)
      return result
    }
    stream.willStart(drainFrameCount: 0, holdingEnd: true, resuming: false)
    var output: [Float] = [9, 9]
    #expect(Blocks.call(stream, output: &output, frameCount: 2) == .continue)
    #expect(output == [1, 0])
    for _ in 1...10 {
      #expect(Blocks.call(stream, output: &output, frameCount: 2) == .continue)
      #expect(output == [0, 0] && !stream.isFinishing)
    }
    stream.didStart()
    #expect(Blocks.call(stream, output: &output, frameCount: 2) == .complete)
    #expect(stream.isFinishing && calls.count == 1)
  }

  @Test func startingAnewLosesFramesBeforeTheNextBlock() throws {
    let stream = trampoline(output: side(.float32, 1, host: .float32, 1, input: false)) { _ in
      .continue
    }
    var output = [Float](repeating: 9, count: 256)
    func call(at time: Double) {
      #expect(
        Blocks.call(
          stream, output: &output, frameCount: 256, inputTime: time, hostLoss: nil, now: time)
          == .continue)
    }
    for index in 0..<4 { call(at: 10 + Double(index) * 256 / 48_000) }
    stream.ledger.settle()
    #expect(stream.ledger.report.output.lost == 0)
    stream.willStartAnew()
    for index in 0..<2 { call(at: 11 + Double(index) * 256 / 48_000) }
    stream.ledger.settle()
    #expect(stream.flags.contains(.outputUnderflow))
    let lost = stream.ledger.report.output.lost
    #expect(lost > 0 && lost % 256 == 0)
  }

  @Test func anAbortSilencesTheRestOfTheCallback() throws {
    let stream = trampoline(output: side(.float32, 1, host: .float32, 1, input: false)) { _ in
      .abort
    }
    var output = [Float](repeating: 9, count: 20_000)
    #expect(Blocks.call(stream, output: &output, frameCount: 20_000) == .abort)
    #expect(output.allSatisfy { $0 == 0 } && stream.isFinishing)
  }

  @Test func exactLossesAreAccountedForAtTheirPositions() throws {
    let stream = trampoline(
      input: side(.float32, 1, host: .float32, 1, input: true),
      output: side(.float32, 1, host: .float32, 1, input: false)
    ) { _ in .continue }
    var output = [Float](repeating: 0, count: 4)
    let input: [Float] = [1, 2, 3, 4]
    _ = Blocks.call(stream, input: input, output: &output, frameCount: 4)
    _ = Blocks.call(
      stream, input: input, output: &output, frameCount: 4, flags: .inputOverflow,
      hostLoss: (7, 0))
    stream.didStop(discarding: false)
    let gaps = stream.ledger.takeGaps()
    #expect(gaps.count == 1)
    #expect(gaps.first?.position == 4 && gaps.first?.frameCount == 7)
    #expect(gaps.first?.direction == .input && gaps.first?.isEstimated == false)
    #expect(stream.ledger.report.input.delivered == 8)
    #expect(stream.ledger.report.output.delivered == 8)
    #expect(stream.flags == .inputOverflow)
  }

  /// PortAudio flags a loss without its length; the jump of the input time reveals it, in periods.
  @Test(arguments: [
    (jump: 0, periods: 1), (768, 3), (900, 4), (-50_000, 1), (20 * 48_000, 1),
  ])
  func flaggedLossesAreEstimatedInPeriods(jump: Int, periods: Int) throws {
    let stream = trampoline(input: side(.float32, 1, host: .float32, 1, input: true)) { _ in
      .continue
    }
    let input = [Float](repeating: 0, count: 256)
    var none: [Float] = []
    _ = Blocks.call(
      stream, input: input, output: &none, frameCount: 256, inputTime: 50, hostLoss: nil)
    _ = Blocks.call(
      stream, input: input, output: &none, frameCount: 256, flags: .inputOverflow,
      inputTime: 50 + Double(256 + jump) / 48_000, hostLoss: nil)
    let counts = stream.ledger.report.input
    #expect(counts.lost == periods * 256 && counts.lostIsEstimated)
  }

  @Test func aFlagOnTheFirstBlockIsNoLoss() throws {
    let stream = trampoline(input: side(.float32, 1, host: .float32, 1, input: true)) { _ in
      .continue
    }
    var none: [Float] = []
    _ = Blocks.call(
      stream, input: [0, 0] as [Float], output: &none, frameCount: 2, flags: .inputOverflow,
      hostLoss: nil)
    #expect(stream.ledger.report.input.lost == 0)
    #expect(stream.flags == .inputOverflow)
  }

  @Test func clippedSamplesAreCounted() throws {
    let stream = trampoline(input: side(.int16, 1, host: .float32, 1, input: true)) { _ in
      .continue
    }
    var none: [Float] = []
    _ = Blocks.call(stream, input: [2, 0.5, -3] as [Float], output: &none, frameCount: 3)
    #expect(stream.clippedCount == 2)
  }
}
