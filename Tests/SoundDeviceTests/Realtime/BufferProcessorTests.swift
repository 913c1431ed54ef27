import PCM
import Testing

@testable import SoundDevice

struct BufferProcessorTests {
  private func store(_ capacity: Int) -> FrameStore {
    FrameStore(capacity: capacity, bytesPerFrame: 4)
  }

  private func frames(in store: FrameStore) -> [Float] {
    var buffer = SampleBuffer<Float>(frameCount: store.frameCount)
    store.copy(store.frameCount, into: &buffer)
    return buffer.samples
  }

  @Test func playsToTheEndThenSilence() {
    let processor = BufferProcessor(playing: SampleBuffer<Float>([1, 2, 3, 4, 5]), into: nil)
    let first = Blocks.process(processor, outputCount: 3, frameCount: 3) as ([Float], _)
    #expect(first.0 == [1, 2, 3] && first.1 == .continue)
    let last = Blocks.process(processor, outputCount: 3, frameCount: 3) as ([Float], _)
    #expect(last.0 == [4, 5, 0] && last.1 == .complete)
  }

  @Test func aLoopGoesRoundWithinABlockToo() {
    let processor = BufferProcessor(
      playing: SampleBuffer<Int16>([1, -1, 2, -2], channelCount: 2), into: nil, loops: true)
    let block = Blocks.process(processor, outputCount: 10, frameCount: 5) as ([Int16], _)
    #expect(block.0 == [1, -1, 2, -2, 1, -1, 2, -2, 1, -1] && block.1 == .continue)
    let next = Blocks.process(processor, outputCount: 2, frameCount: 1) as ([Int16], _)
    #expect(next.0 == [2, -2])
  }

  @Test(arguments: [false, true]) func nothingToPlayIsOverAtOnce(loops: Bool) {
    let processor = BufferProcessor(
      playing: SampleBuffer<Float>(frameCount: 0), into: nil, loops: loops)
    let block = Blocks.process(processor, outputCount: 2, frameCount: 2) as ([Float], _)
    #expect(block.0 == [0, 0])
    #expect(block.1 == .complete)
  }

  @Test func recordsUntilItIsFull() {
    let store = store(5)
    let processor = BufferProcessor(playing: SampleBuffer<Float>?.none, into: store)
    #expect(Blocks.process(processor, input: [1, 2, 3] as [Float], frameCount: 3).1 == .continue)
    #expect(Blocks.process(processor, input: [4, 5, 6] as [Float], frameCount: 3).1 == .complete)
    #expect(frames(in: store) == [1, 2, 3, 4, 5])
  }

  @Test func recordsWhatCameWhileItPlayed() {
    let store = store(3)
    let processor = BufferProcessor(playing: SampleBuffer<Float>([7, 8, 9]), into: store)
    let first = Blocks.process(processor, input: [1, 2] as [Float], outputCount: 2, frameCount: 2)
    #expect(first.output == [7, 8] && first.result == .continue)
    let last = Blocks.process(processor, input: [3, 4] as [Float], outputCount: 2, frameCount: 2)
    #expect(last.output == [9, 0] && last.result == .complete)
    #expect(frames(in: store) == [1, 2, 3])
  }
}
