import PCM
import Platform
import SoundFile
import TestSupport
import Testing

@testable import SoundTool

/// Files that are decoded ahead of their reader, on threads of their own.
@Suite struct ReadAheadTests {
  let folder: TemporaryDirectory
  init() throws { folder = try TemporaryDirectory() }

  private let samples = TestSignal.noise(of: Int16.self, frameCount: 400_000, channelCount: 1)

  private func file() throws -> AudioFile {
    let path = folder.file("a.flac")
    var writer = try AudioFileWriter(
      path: path, format: AudioFileFormat(.flac, codec: .pcm(.s16le)), sampleRate: 48000,
      channelCount: 1)
    let bytes = bytes(of: samples)
    try unsafe writer.write(bytes.span.bytes)
    try writer.close()
    return try AudioFile(path: path)
  }

  private func rest(of ahead: ReadAhead) throws -> [Int16] {
    let scratch = Scratch()
    var result: [UInt8] = []
    while true {
      let count = try scratch.withMutableBytes(1234) { span throws(AudioFileError) in
        try ahead.read(into: &span) { #expect($0.isEmpty) }
      }
      guard count > 0 else { break }
      scratch.withBytes(count * 2) { span in
        for index in 0..<span.byteCount {
          result.append(unsafe span.unsafeLoad(fromByteOffset: index, as: UInt8.self))
        }
      }
    }
    return values(of: Int16.self, from: result)
  }

  @Test func theFramesAreThoseOfTheFile() throws {
    let ahead = ReadAhead(try file(), byteCount: 1 << 19)
    #expect(try rest(of: ahead) == samples)
    // The end is found again.
    #expect(try rest(of: ahead).isEmpty)
  }

  @Test func skippedFramesAreNotRead() throws {
    let ahead = ReadAhead(try file(), byteCount: 1 << 19)
    #expect(try ahead.skip(300_001) { _ in } == 300_001)
    #expect(try rest(of: ahead) == Array(samples[300_001...]))
    #expect(try ahead.skip(1) { _ in } == 0)
  }

  @Test func itDecodesNoFurtherThanItMay() throws {
    let file = try file()
    do {
      let ahead = ReadAhead(file, byteCount: 1 << 19)
      let held = ahead.decoder.queue.wait { $0.blocks.count == 2 ? $0.blocks : nil }
      #expect(held.reduce(0) { $0 + $1.frameCount } == 1 << 18)
    }
    // The thread is gone now, long before the end.
    #expect(file.position == 1 << 18)
  }

  @Test func theWindowIsTheSameMemoryForAnyNumberOfFiles() {
    for count in [2, 3, 1000] {
      let window = ReadAhead.Window.perProcessor(fileCount: count)
      #expect(window.fileCount * window.byteCount <= 64 << 20)
    }
    #expect(ReadAhead.Window.perProcessor(fileCount: 1).fileCount == 1)
  }
}
