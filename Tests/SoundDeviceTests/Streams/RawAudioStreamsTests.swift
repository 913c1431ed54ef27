import PCM
import TestSupport
import Testing

@testable import SoundDevice

struct RawAudioStreamsTests {
  @Test func int24GoesRoundBitForBitThroughACallback() async throws {
    let bench = try VirtualBench("pace=realtime")
    let noise = TestSignal.noise(of: UInt8.self, frameCount: 3000, channelCount: 6)
    let heard = Tape<UInt8>(30_000, of: 0)
    var position = 0
    let stream = try RawAudioStream(
      input: bench.parameters(2), output: bench.parameters(2), inputFormat: .int24,
      outputFormat: .int24, options: StreamOptions(dithers: false)
    ) { input, output, _ in
      for offset in 0..<input.byteCount {
        heard.append(unsafe input.unsafeLoad(fromByteOffset: offset, as: UInt8.self))
      }
      for offset in 0..<min(output.byteCount, noise.count - position) {
        output.storeBytes(of: noise[position + offset], toByteOffset: offset, as: UInt8.self)
      }
      position = min(noise.count, position + output.byteCount)
      return heard.count > noise.count + 256 * 6 ? .complete : .continue
    }
    try await stream.start()
    #expect(try await withBlockingTimeout(.seconds(20)) { try stream.wait() })
    #expect(Array(heard.values.dropFirst(256 * 6).prefix(noise.count)) == noise)
    #expect(stream.inputFormat.byteCount == 3)
  }

  @Test func eachDirectionHasItsOwnFormat() async throws {
    let bench = try VirtualBench()
    let stream = try RawAudioStream(
      input: bench.parameters(1), output: bench.parameters(1), inputFormat: .int16,
      outputFormat: .float32, options: StreamOptions(dithers: false))
    try await stream.start()
    let samples = try await withBlockingTimeout(.seconds(20)) {
      let out = [Float](repeating: 0.5, count: 1000)
      unsafe try stream.write(out.span.bytes)
      var input = [Int16](repeating: 0, count: 600)
      var span = input.mutableSpan
      var bytes = unsafe span.mutableBytes
      _ = try stream.read(into: &bytes)
      return input
    }
    #expect(samples[255] == 0 && samples[256] == 16_384)
    try await stream.close()
  }

  @Test func oneDirectionAlone() async throws {
    let bench = try VirtualBench()
    let input = try RawAudioInputStream(
      bench.parameters(2), format: .int24, options: StreamOptions(dithers: false))
    let output = try RawAudioOutputStream(bench.parameters(1), format: .uint8)
    #expect(input.inputFormat == .int24 && output.outputFormat == .uint8)
    try await input.start()
    try await output.start()
    try await withBlockingTimeout(.seconds(20)) {
      let (bytes, flags) = try input.read(frameCount: 100)
      #expect(bytes == [UInt8](repeating: 0, count: 600) && flags == [])
      try output.write([UInt8](repeating: 0x80, count: 500))
      try output.stop()
    }
    try await input.close()
    let counted = Tape(100, of: 0)
    let callback = try RawAudioOutputStream(bench.parameters(2), format: .int16) { output, _ in
      counted.append(output.byteCount)
      return .complete
    }
    try await callback.start()
    #expect(try await withBlockingTimeout(.seconds(20)) { try callback.wait() })
    #expect(counted.values == [256 * 4])
  }
}
