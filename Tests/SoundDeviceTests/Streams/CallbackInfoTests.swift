import PCM
// Not for testing: a client has only what is public.
import SoundDevice
import Testing

struct CallbackInfoTests {
  @Test func aClientTestsItsCallbackWithoutAStream() {
    let gate: StreamCallback<Float> = { input, output, info in
      guard info.flags.isEmpty, info.position < 480 else { return .abort }
      output.copy(from: input)
      return info.position + info.frameCount >= 480 ? .complete : .continue
    }
    func call(_ info: CallbackInfo) -> ([Float], CallbackResult) {
      let input = [Float](repeating: 0.5, count: info.frameCount)
      var output = [Float](repeating: 0, count: info.frameCount)
      var target = output.mutableSpan
      let result = gate(input.span, &target, info)
      return (output, result)
    }
    #expect(call(CallbackInfo(frameCount: 2)) == ([0.5, 0.5], .continue))
    #expect(call(CallbackInfo(frameCount: 1, position: 479)) == ([0.5], .complete))
    #expect(call(CallbackInfo(frameCount: 1, flags: .inputOverflow)) == ([0], .abort))
  }

  @Test func aClientMakesBlocks() {
    let block = InputBlock(buffer: SampleBuffer<Int16>([1, 2]), lostFrameCount: 3)
    #expect(block.buffer.samples == [1, 2] && block.flags.isEmpty && block.lostFrameCount == 3)
  }
}
