import PCM
import Testing

@testable import SoundDevice

struct CallbackProcessorsTests {
  private func resolved(_ bench: VirtualBench, _ format: SampleFormat) throws -> ResolvedStream {
    try StreamRequest(
      input: .init(parameters: bench.parameters(2), format: format),
      output: .init(parameters: bench.parameters(2), format: format), operation: "testing"
    ).resolve()
  }

  @Test func aTypedCallbackSeesWholeSpans() throws {
    let resolved = try resolved(VirtualBench(), .int16)
    let processor = TypedProcessor<Int16>(resolved) { input, output, info in
      for index in output.indices { output[index] = input[index] &+ Int16(info.frameCount) }
      return .complete
    }
    let block = Blocks.process(
      processor, input: [1, 2, 3, 4, 5, 6] as [Int16], outputCount: 6, frameCount: 3)
    #expect(block.output == [4, 5, 6, 7, 8, 9] && block.result == .complete)
  }

  @Test func aMissingDirectionIsAnEmptySpan() throws {
    let resolved = try resolved(VirtualBench(), .float32)
    let counts = Shared<[Int]>([])
    let typed = TypedProcessor<Float>(resolved) { input, output, _ in
      let pair = [input.count, output.count]
      counts.update { $0 += pair }
      return .continue
    }
    _ = Blocks.process(typed, input: [1, 2] as [Float], frameCount: 1)
    let raw = RawProcessor(resolved) { input, output, _ in
      let pair = [input.byteCount, output.byteCount]
      counts.update { $0 += pair }
      return .continue
    }
    let block: ([Float], CallbackResult) = Blocks.process(raw, outputCount: 4, frameCount: 2)
    #expect(block.1 == .continue)
    #expect(counts.value == [2, 0, 0, 16])
  }

  @Test func aRawCallbackSeesTheFormatsBytes() throws {
    let resolved = try resolved(VirtualBench(), .int24)
    let processor = RawProcessor(resolved) { input, output, _ in
      for offset in 0..<output.byteCount {
        let byte = unsafe input.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
        output.storeBytes(of: ~byte, toByteOffset: offset, as: UInt8.self)
      }
      return .abort
    }
    let block = Blocks.process(
      processor, input: [0, 1, 2, 3, 4, 5] as [UInt8], outputCount: 6, frameCount: 1)
    #expect(block.output == [255, 254, 253, 252, 251, 250] && block.result == .abort)
  }
}
