import Foundation
import PCM
import TestSupport
import Testing

@testable import SoundFile

struct ByteSourceTests {
  static let bytes = frames(300_000, channels: 1, .u8)

  func source(_ feeder: PipeFeeder) throws -> ByteSource {
    try ByteSource(Descriptor(number: feeder.reading, closes: false, interrupted: nil))
  }

  @Test func headOfAPipeIsKeptWhileOpening() throws {
    let feeder = PipeFeeder(Self.bytes, singles: 100, piece: 5000)
    let source = try source(feeder)
    #expect(try source.peek(at: 200_000, count: 50) == Array(Self.bytes[200_000..<200_050]))
    #expect(try source.peek(at: 3, count: 5) == Array(Self.bytes[3..<8]))
    source.isOpening = false
    // Afterwards it can only go forward, through what is kept first.
    #expect(try source.peek(at: 7, count: 100_000) == Array(Self.bytes[7..<100_007]))
    #expect(try source.peek(at: 250_000, count: 9) == Array(Self.bytes[250_000..<250_009]))
    #expect(try source.peek(at: 299_990, count: 50) == Array(Self.bytes[299_990...]))
    let error = failure { () throws(AudioFileError) in _ = try source.peek(at: 3, count: 1) }
    #expect(error?.message.contains("pipe") == true)
  }

  @Test func framesThatAreNotAskedForStayInThePipe() throws {
    let ends = makePipe()
    defer {
      close(ends.reading)
      close(ends.writing)
    }
    let sound = Array(Self.bytes[..<3000])
    try #require(unsafe write(ends.writing, sound, sound.count) == sound.count)
    let source = try ByteSource(Descriptor(number: ends.reading, closes: false, interrupted: nil))
    source.isOpening = false
    var block = [UInt8](repeating: 0, count: 100)
    for start in [0, 96] {
      let count = try unsafe block.withUnsafeMutableBytes { bytes throws(AudioFileError) in
        unsafe try source.readFrames(at: start, into: bytes, bytesPerFrame: 8)
      }
      #expect(count == 96 && block[..<96] == sound[start..<start + 96])
      var left: CInt = 0
      #expect(unsafe ioctl(ends.reading, UInt(FIONREAD), &left) == 0)
      #expect(Int(left) == 3000 - start - 96)
    }
  }

  @Test func aFileIsReadAtAnyPositionInAnyOrder() throws {
    let folder = try TemporaryDirectory()
    try save(Self.bytes, to: folder.file("a"))
    let source = try ByteSource(
      Descriptor.open(folder.file("a"), flags: Descriptor.readOnly, interrupted: nil))
    var random = Dice(seed: 7)
    var next = 0
    for turn in 0..<2000 {
      // In order, back to the head, or anywhere, also beyond the end.
      let start =
        switch turn % 7 {
        case 0: Int.random(in: 0..<300_100, using: &random)
        case 1: Int.random(in: 0..<50, using: &random)
        default: next
        }
      let count = Int.random(in: 1...(turn % 5 == 0 ? 100_000 : 9000), using: &random)
      let expected = Self.bytes.dropFirst(start).prefix(count)
      #expect(try source.peek(at: start, count: count) == Array(expected), "\(start), \(count)")
      next = start + count
    }
  }

  @Test func bytesBeforeTheOriginDoNotCount() throws {
    let folder = try TemporaryDirectory()
    try save(Self.bytes, to: folder.file("a"))
    let source = try ByteSource(
      Descriptor.open(folder.file("a"), flags: Descriptor.readOnly, interrupted: nil))
    try source.dropHead(1000)
    #expect(source.byteCount == 299_000)
    #expect(try source.peek(at: 0, count: 4) == Array(Self.bytes[1000..<1004]))
    #expect(try source.skip(from: 298_990, count: 50) == 10)
  }
}
