import PCM
import Testing

@testable import SoundDevice

struct FrameAdaptersTests {
  private func side(
    _ format: SampleFormat, _ channelCount: Int, host: SampleFormat, _ hostChannelCount: Int,
    map: [Int]? = nil, _ direction: StreamDirection
  ) throws -> StreamSide {
    let ours = SampleEncoding(format)
    let converter =
      direction == .input
      ? SampleConverter(from: SampleEncoding(host), to: ours, dither: false)
      : SampleConverter(from: ours, to: SampleEncoding(host), dither: false, clip: true)
    return StreamSide(
      hostFormat: host, hostChannelCount: hostChannelCount, format: format,
      channelCount: channelCount, map: try map.map { try ChannelMap($0) },
      converter: converter.isCopy ? nil : converter)
  }

  /// What the stream gets of these samples of the host's.
  private func received<Host: Sample, Ours: Sample>(
    _ samples: [Host], as type: Ours.Type, by bridge: InputAdapter
  ) -> [Ours] {
    let frameCount = samples.count / bridge.side.hostChannelCount
    return unsafe samples.withUnsafeBytes { host in
      guard let base = host.baseAddress else { return [] }
      let ours = unsafe bridge.receive(base, frameCount: frameCount)
      return (0..<frameCount * bridge.side.channelCount).map {
        unsafe ours.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Ours>.stride, as: Ours.self)
      }
    }
  }

  /// What the host gets of these samples of the stream's, where it had left `rest`.
  private func sent<Host: Sample, Ours: Sample>(
    _ samples: [Ours], by bridge: OutputAdapter, over rest: Host
  ) -> [Host] {
    let frameCount = samples.count / bridge.side.channelCount
    var host = [Host](repeating: rest, count: frameCount * bridge.side.hostChannelCount)
    unsafe host.withUnsafeMutableBytes { host in
      guard let base = host.baseAddress else { return }
      let target = unsafe bridge.silence(for: base, frameCount: frameCount)
      for (index, sample) in samples.enumerated() {
        unsafe target.storeBytes(
          of: sample, toByteOffset: index * MemoryLayout<Ours>.stride, as: Ours.self)
      }
      unsafe bridge.send(to: base, frameCount: frameCount)
    }
    return host
  }

  @Test func inputThatIsTheSameIsNotCopied() throws {
    let bridge = InputAdapter(try side(.int16, 2, host: .int16, 2, .input), frameCount: 4)
    let samples: [Int16] = [1, 2]
    unsafe samples.withUnsafeBytes { host in
      guard let base = host.baseAddress else { return }
      #expect(unsafe bridge.receive(base, frameCount: 1) == base)
    }
  }

  @Test func inputChannelsArePickedInOrder() throws {
    let bridge = InputAdapter(
      try side(.int16, 2, host: .int16, 3, map: [3, 1], .input), frameCount: 4)
    #expect(received([1, 2, 3, 4, 5, 6] as [Int16], as: Int16.self, by: bridge) == [3, 1, 6, 4])
  }

  @Test func inputChannelsArePickedInOrderAndConverted() throws {
    let bridge = InputAdapter(
      try side(.int16, 2, host: .float32, 3, map: [3, 1], .input), frameCount: 4)
    let heard = received([0.5, 9, -1, 0.25, 9, -0.5] as [Float], as: Int16.self, by: bridge)
    #expect(heard == [-32768, 16384, -16384, 8192])
  }

  @Test func clippedInputIsCounted() throws {
    let bridge = InputAdapter(try side(.int16, 1, host: .float32, 1, .input), frameCount: 4)
    #expect(received([2, 0.5, -3] as [Float], as: Int16.self, by: bridge).count == 3)
    #expect(bridge.clippedCount == 2)
  }

  @Test func outputIsSilenceBeforehandWhateverTheHostLeftThere() throws {
    let bridge = OutputAdapter(try side(.uint8, 1, host: .uint8, 1, .output), frameCount: 4)
    var host: [UInt8] = [1, 2, 3]
    unsafe host.withUnsafeMutableBytes { host in
      guard let base = host.baseAddress else { return }
      #expect(unsafe bridge.silence(for: base, frameCount: 3) == base)
    }
    #expect(host == [0x80, 0x80, 0x80])
  }

  @Test func outputIsScattered() throws {
    let bridge = OutputAdapter(
      try side(.int16, 2, host: .int16, 3, map: [3, 1], .output), frameCount: 4)
    #expect(sent([1, 2, 3, 4] as [Int16], by: bridge, over: 7 as Int16) == [2, 0, 1, 4, 0, 3])
  }

  @Test func outputIsConvertedAndScattered() throws {
    let bridge = OutputAdapter(
      try side(.int16, 2, host: .float32, 3, map: [3, 1], .output), frameCount: 4)
    let played = sent([16384, -32768, 1, 0] as [Int16], by: bridge, over: 7 as Float)
    #expect(played == [-1, 0, 0.5, 0, 0, 1 / 32768])
  }

  @Test func outputIsConvertedInPlace() throws {
    let bridge = OutputAdapter(try side(.float32, 1, host: .int16, 1, .output), frameCount: 4)
    #expect(sent([0.5, 2] as [Float], by: bridge, over: 7 as Int16) == [16384, 32767])
    #expect(bridge.clippedCount == 1)
  }

  @Test func monoGoesToAllMappedChannels() throws {
    let bridge = OutputAdapter(
      try side(.float32, 1, host: .float32, 3, map: [1, 3], .output), frameCount: 4)
    #expect(sent([0.75] as [Float], by: bridge, over: 7 as Float) == [0.75, 0, 0.75])
  }

  @Test func aMutedBlockIsTheHostsSilence() throws {
    let bridge = OutputAdapter(
      try side(.float32, 1, host: .uint8, 2, map: [1, 2], .output), frameCount: 4)
    var host: [UInt8] = [1, 2, 3, 4]
    unsafe host.withUnsafeMutableBytes { host in
      guard let base = host.baseAddress else { return }
      unsafe bridge.mute(base, frameCount: 2)
    }
    #expect(host == [0x80, 0x80, 0x80, 0x80])
  }
}
