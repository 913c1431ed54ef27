import Foundation
import PCM
import TestSupport
import Testing

@testable import SoundFile

/// Files and streams of other programs, where those are installed.
struct PeerTests {
  /// Runs a shell line and returns what it printed, nil where it failed.
  static func shell(_ line: String) throws -> [UInt8]? {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", line]
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return process.terminationStatus == 0 ? [UInt8](data) : nil
  }

  static func has(_ program: String) -> Bool {
    (try? shell("command -v \(program)")) ?? nil != nil
  }

  static let hasSox = has("sox")
  static let hasFFmpeg = has("ffmpeg")
  static let hasFLAC = has("flac")

  let samples = frames(3000, channels: 2, .s16le)

  /// Saves the samples as raw and runs a line that reads `$IN`.
  func run(_ line: String) throws -> [UInt8] {
    let folder = try TemporaryDirectory()
    try save(samples, to: folder.file("in.raw"))
    let whole = line.replacingOccurrences(of: "$IN", with: folder.file("in.raw"))
    return try #require(try Self.shell(whole), "\(line)")
  }

  /// Reads a stream both from a pipe and from a file.
  func read(_ bytes: [UInt8]) throws -> (AudioFile, [UInt8]) {
    let folder = try TemporaryDirectory()
    try save(bytes, to: folder.file("a"))
    let feeder = PipeFeeder(bytes)
    let stream = try AudioFile(feeder)
    let fromPipe = try stream.readAll()
    let file = try AudioFile(path: folder.file("a"))
    #expect(try file.readAll() == fromPipe)
    #expect(feeder.finish() == bytes.count)
    return (stream, fromPipe)
  }

  @Test(
    .enabled(if: hasSox),
    arguments: ["wav", "aiff", "aifc", "au", "flac"])
  func soxPipesAreReadExactly(type: String) throws {
    let bytes = try run("sox -D -t raw -e signed -b 16 -c 2 -r 48000 $IN -t \(type) -")
    let (file, read) = try read(bytes)
    #expect(file.sampleRate == 48000)
    #expect(native(read, of: file) == samples)
  }

  @Test(
    .enabled(if: hasFFmpeg),
    arguments: [
      "-f wav", "-f wav -rf64 always", "-f au", "-f caf", "-f w64", "-f flac",
      "-f wav -c:a pcm_s24le", "-f wav -c:a pcm_f32le", "-f wav -c:a pcm_f64le", "-f aiff",
    ])
  func ffmpegPipesAreReadExactly(options: String) throws {
    let bytes = try run("ffmpeg -v error -f s16le -ar 48000 -ac 2 -i $IN \(options) - | cat")
    let (file, read) = try read(bytes)
    #expect(native(read, of: file) == samples, "\(file.format)")
  }

  @Test(
    .enabled(if: hasFFmpeg), arguments: ["vorbis -f ogg", "libopus -f ogg", "libmp3lame -f mp3"])
  func ffmpegLossyStreamsComeWhole(codec: String) throws {
    let bytes = try run(
      "ffmpeg -v error -f s16le -ar 48000 -ac 2 -i $IN -strict -2 -c:a \(codec) - | cat")
    let feeder = PipeFeeder(bytes)
    let isMPEG = codec.contains("mp3")
    let file = try AudioFile(feeder, type: isMPEG ? .mp3 : nil)
    #expect(file.encoding == SampleEncoding(.float32))
    let count = try file.readAll().count / file.bytesPerFrame
    #expect((3000...7000).contains(count), "\(count)")
  }

  @Test(.enabled(if: hasFLAC)) func everyStreamOfChainedFLACInOggIsRead() throws {
    let folder = try TemporaryDirectory()
    let other = frames(20_000, channels: 2, .s16le)
    func flac(_ samples: [UInt8], rate: Int) throws -> [UInt8] {
      try save(samples, to: folder.file("in.raw"))
      let made = try Self.shell(
        "flac -s -f --ogg --force-raw-format --endian=little --sign=signed --channels=2 --bps=16"
          + " --sample-rate=\(rate) -c \(folder.file("in.raw"))")
      return try #require(made)
    }
    let one = try flac(samples, rate: 48000)
    let two = try flac(other, rate: 48000)
    let (file, all) = try read(one + two + one)
    #expect(native(all, of: file) == samples + other + samples)
    #expect(file.takeDamage().isEmpty)
    // A file's length is not the first stream's, and it can be read again.
    try save(one + two, to: folder.file("a.oga"))
    let chain = try AudioFile(path: folder.file("a.oga"))
    #expect(chain.frameCount == nil)
    try chain.seek(toFrame: 3000)
    #expect(try native(chain.readAll(), of: chain) == other)
    let first = try AudioFile(PipeFeeder(one + flac(other, rate: 44100) + two))
    #expect(try native(first.readAll(), of: first) == samples)
    let second = try #require(first.continuation())
    #expect(second.sampleRate == 44100)
    #expect(try native(second.readAll(), of: second) == other)
    let third = try #require(second.continuation())
    #expect(try native(third.readAll(), of: third) == other)
    #expect(third.takeDamage().isEmpty)
  }

  @Test(.enabled(if: hasFLAC), arguments: [8, 16, 24])
  func flacFilesAreReadInTheirDepth(depth: Int) throws {
    let folder = try TemporaryDirectory()
    let encoding: SampleEncoding = depth == 8 ? .s8 : depth == 16 ? .s16le : .s24le
    let samples = frames(5000, channels: 2, encoding)
    try save(samples, to: folder.file("in.raw"))
    let made = try Self.shell(
      "flac -s -f --force-raw-format --endian=little --sign=signed --channels=2 --bps=\(depth)"
        + " --sample-rate=44100 -c \(folder.file("in.raw"))")
    let (file, read) = try read(try #require(made))
    #expect(file.encoding == encoding)
    #expect(read == samples)
  }

  @Test(.enabled(if: hasSox), arguments: [AudioFileType.wav, .au, .flac, .aiff, .caf, .w64, .rf64])
  func soxReadsOurFiles(type: AudioFileType) throws {
    // sox knows RF64 by its WAV name only.
    guard type != .rf64 else { return }
    let folder = try TemporaryDirectory()
    for encoding in [SampleEncoding.s16le, .s24le] {
      let path = folder.file("a.\(type.suffixes[0])")
      let samples = frames(2000, channels: 2, encoding)
      let format = AudioFileFormat(type, keeping: .pcm(encoding))
      try write(
        inEncoding(format.deliveredEncoding, samples, of: encoding), to: path, format, channels: 2)
      let bits = encoding == .s16le ? 16 : 24
      let raw = try Self.shell("sox -D \(path) -t raw -e signed -L -b \(bits) -")
      #expect(raw == samples, "\(format)")
    }
  }

  @Test(.enabled(if: hasSox && hasFFmpeg), arguments: [AudioFileType.wav, .au, .flac])
  func peersReadOurPipes(type: AudioFileType) throws {
    let folder = try TemporaryDirectory()
    for (encoding, channels) in [(SampleEncoding.s16le, 2), (.s24le, 2), (.s16le, 6), (.f32le, 1)] {
      let format = AudioFileFormat(type, keeping: .pcm(encoding))
      guard type != .flac || encoding != .f32le else { continue }
      let samples = frames(2000, channels: channels, encoding)
      let collector = PipeCollector()
      var writer = try AudioFileWriter(
        descriptor: collector.writing, format: format, sampleRate: 48000, channelCount: channels)
      try writer.writeAll(inEncoding(format.deliveredEncoding, samples, of: encoding))
      try writer.close()
      let path = folder.file("a.\(type.name)")
      try save(collector.finish(), to: path)
      let name = encoding.name
      let decoded = try Self.shell(
        "cat \(path) | ffmpeg -v error -i - -f \(name) -c:a pcm_\(name) -")
      #expect(decoded == samples, "ffmpeg \(format) \(channels)")
      // sox computes with 32-bit integers.
      guard !encoding.isFloat else { continue }
      let bits = encoding.byteCount * 8
      let mixed = try Self.shell(
        "cat \(path) | sox -D -t \(type.name) - -t raw -e signed -L -b \(bits) -")
      #expect(mixed == samples, "sox \(format) \(channels)")
    }
  }

  /// 16-bit samples, little-endian, of whatever a file delivers that was made of such.
  func native(_ bytes: [UInt8], of file: AudioFile) -> [UInt8] {
    guard file.encoding != .s16le else { return bytes }
    var converter = SampleConverter(from: file.encoding, to: .s16le, dither: false)
    var result = [UInt8](repeating: 0, count: bytes.count / file.encoding.byteCount * 2)
    var span = result.mutableSpan
    var target = unsafe span.mutableBytes
    unsafe converter.convert(bytes.span.bytes, into: &target)
    return result
  }

  func inEncoding(_ target: SampleEncoding, _ bytes: [UInt8], of source: SampleEncoding) -> [UInt8]
  {
    guard source != target else { return bytes }
    var converter = SampleConverter(from: source, to: target, dither: false)
    var result = [UInt8](repeating: 0, count: bytes.count / source.byteCount * target.byteCount)
    var span = result.mutableSpan
    var room = unsafe span.mutableBytes
    unsafe converter.convert(bytes.span.bytes, into: &room)
    return result
  }
}
