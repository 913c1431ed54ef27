import PCM
import Testing

@Suite struct ChannelCopiesTests {
  /// Frames of `encoding` with distinct samples, more than are copied at a time.
  private func frames(_ channelCount: Int, _ encoding: SampleEncoding) -> [UInt8] {
    (0..<1300 * channelCount * encoding.byteCount).map { UInt8(truncatingIfNeeded: $0 &* 73) }
  }

  private func sample(
    _ raw: [UInt8], _ frame: Int, _ channel: Int, of channelCount: Int, _ width: Int
  ) -> ArraySlice<UInt8> {
    let start = (frame * channelCount + channel) * width
    return raw[start..<start + width]
  }

  static let encodings: [SampleEncoding] = [.u8, .s16be, .s24le, .f32le, .f64be, .ulaw]

  @Test(arguments: encodings, [[2, 1], [3], [1, 2, 3], [3, 3, 1, 2]])
  func gathers(_ encoding: SampleEncoding, _ channels: [Int]) throws {
    let source = frames(3, encoding)
    let width = encoding.byteCount
    let map = try ChannelMap(channels)
    var target = [UInt8](repeating: 0, count: 1300 * channels.count * width)
    var span = target.mutableSpan
    var room = unsafe span.mutableBytes
    unsafe map.gather(source.span.bytes, channelCount: 3, into: &room, encoding: encoding)
    for frame in [0, 1, 511, 512, 1299] {
      for (index, channel) in channels.enumerated() {
        #expect(
          sample(target, frame, index, of: channels.count, width).elementsEqual(
            sample(source, frame, channel - 1, of: 3, width)))
      }
    }
  }

  @Test(arguments: encodings, [[2, 1], [4, 1], [1, 2]])
  func scatters(_ encoding: SampleEncoding, _ channels: [Int]) throws {
    let source = frames(2, encoding)
    let width = encoding.byteCount
    let map = try ChannelMap(channels)
    var target = [UInt8](repeating: 1, count: 1300 * 4 * width)
    var span = target.mutableSpan
    var room = unsafe span.mutableBytes
    unsafe map.scatter(
      source.span.bytes, channelCount: 2, into: &room, channelCount: 4, encoding: encoding)
    for frame in [0, 1, 511, 512, 1299] {
      for channel in 0..<4 {
        let found = sample(target, frame, channel, of: 4, width)
        if let index = channels.firstIndex(of: channel + 1) {
          #expect(found.elementsEqual(sample(source, frame, index, of: 2, width)))
        } else {
          #expect(found.allSatisfy { $0 == encoding.silentByte })
        }
      }
    }
  }

  @Test func scattersMonoToAll() throws {
    let map = try ChannelMap([3, 1])
    var target = [Int16](repeating: 99, count: 6)
    var span = target.mutableSpan
    var room = unsafe span.mutableBytes
    unsafe map.scatter(
      ([7, 8] as [Int16]).span.bytes, channelCount: 1, into: &room, channelCount: 3,
      encoding: .init(.int16))
    #expect(target == [7, 0, 7, 8, 0, 8])
  }

  @Test func lastRepeatWins() throws {
    let map = try ChannelMap([2, 2])
    var target = [Int8](repeating: 99, count: 2)
    var span = target.mutableSpan
    var room = unsafe span.mutableBytes
    unsafe map.scatter(
      ([7, 8] as [Int8]).span.bytes, channelCount: 2, into: &room, channelCount: 2, encoding: .s8)
    #expect(target == [0, 8])
  }

  @Test func leavesTheRestOfTheTargetAlone() {
    var target = [UInt8](repeating: 9, count: 5)
    var span = target.mutableSpan
    var room = unsafe span.mutableBytes
    let source: [UInt8] = [1, 2]
    unsafe ChannelMap.straight(2).gather(
      source.span.bytes, channelCount: 2, into: &room, encoding: .u8)
    unsafe ChannelMap.straight(2).scatter(
      source.span.bytes.extracting(0..<0), channelCount: 2, into: &room, channelCount: 2,
      encoding: .u8)
    #expect(target == [1, 2, 9, 9, 9])
  }
}
