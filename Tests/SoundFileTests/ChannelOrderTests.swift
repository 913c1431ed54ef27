import PCM
import TestSupport
import Testing

@testable import SoundFile

struct ChannelOrderTests {
  @Test func vorbisHasItsOwnOrderForSixChannels() throws {
    let order = try #require(ChannelOrder(of: .vorbis, channelCount: 6))
    let frames: [UInt8] = [0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15]
    let coded = unsafe order.ordered(frames.span.bytes, sampleByteCount: 1)
    // L C R Ls Rs LFE of L R C LFE Ls Rs.
    #expect(coded == [0, 2, 1, 4, 5, 3, 10, 12, 11, 14, 15, 13])
  }

  @Test(arguments: 1...8, [1, 4])
  func restoringUndoesOrdering(channels: Int, width: Int) {
    guard let order = ChannelOrder(of: .opus, channelCount: channels) else {
      #expect([1, 2, 4].contains(channels))
      return
    }
    let frames = (0..<(channels * width * 50)).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    var coded = unsafe order.ordered(frames.span.bytes, sampleByteCount: width)
    #expect(coded != frames)
    unsafe coded.withUnsafeMutableBytes { bytes in
      unsafe order.restore(bytes, sampleByteCount: width)
    }
    #expect(coded == frames)
  }

  @Test func otherCodecsHaveTheOrderOfWAV() {
    #expect(ChannelOrder(of: .pcm(.s16le), channelCount: 6) == nil)
    #expect(ChannelOrder(of: .vorbis, channelCount: 9) == nil)
  }

  @Test(arguments: [AudioFileType.ogg, .opus], [3, 5, 6, 7, 8])
  func everyChannelComesBackInItsPlace(type: AudioFileType, channels: Int) throws {
    let folder = try TemporaryDirectory()
    let path = folder.file("a.\(type)")
    // One channel after the other has a sound.
    let length = 9600
    for loud in 0..<channels {
      var samples = [Float](repeating: 0, count: length * channels)
      for frame in 0..<length {
        samples[frame * channels + loud] = frame / 100 % 2 == 0 ? 0.5 : -0.5
      }
      let bytes = unsafe samples.withUnsafeBytes { unsafe Array($0) }
      try write(bytes, to: path, AudioFileFormat(type), channels: channels)
      let file = try AudioFile(path: path)
      #expect(file.layout == .standard(channels))
      let read = try file.readAll()
      var powers = [Float](repeating: 0, count: channels)
      unsafe read.withUnsafeBytes { bytes in
        for index in 0..<(bytes.count / 4) {
          let sample = unsafe bytes.load(fromByteOffset: 4 * index, as: Float.self)
          powers[index % channels] += sample * sample
        }
      }
      let loudest = powers.indices.max { powers[$0] < powers[$1] }
      #expect(loudest == loud, "\(powers)")
    }
  }

  @Test(
    arguments: [AudioFileType.wav, .rf64, .caf], [0x60F, 0x63F, 0xFF, 0x107, 0x3F] as [UInt32])
  func speakersComeBack(type: AudioFileType, mask: UInt32) throws {
    let folder = try TemporaryDirectory()
    let path = folder.file("a.\(type.suffixes[0])")
    let layout = try #require(ChannelLayout(mask: mask, channelCount: mask.nonzeroBitCount))
    var options = AudioFileWriter.Options()
    options.layout = layout
    let writer = try AudioFileWriter(
      path: path, format: AudioFileFormat(type, encoding: .s16le), sampleRate: 48000,
      channelCount: layout.channelCount, options: options)
    try writer.close()
    #expect(try AudioFile(path: path).layout == layout)
  }
}
