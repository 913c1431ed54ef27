import Foundation
import PCM
import Synchronization
import TestSupport
import Testing

@testable import SoundFile

struct AudioFileWriterTests {
  static let pipeTypes = AudioFileType.allCases.filter(\.canBeWrittenToPipe)

  /// Writes to a pipe and returns what came out.
  func pipe(_ samples: [UInt8], _ format: AudioFileFormat, channels: Int) throws -> [UInt8] {
    let collector = PipeCollector()
    var writer = try AudioFileWriter(
      descriptor: collector.writing, format: format, sampleRate: 48000, channelCount: channels)
    try writer.writeAll(samples)
    try writer.close()
    return collector.finish()
  }

  @Test(arguments: RoundTripTests.formats.filter { $0.type.canBeWrittenToPipe })
  func pipeHoldsWhatAFileHolds(format: AudioFileFormat) throws {
    guard format.isValid(sampleRate: 48000, channelCount: 1) else { return }
    let folder = try TemporaryDirectory()
    let path = folder.file("a.\(format.type.suffixes[0])")
    let samples = RoundTripTests.samples(format, channels: 1, count: 5000)
    let isForFilesOnly = format.type == .wav && WAVHeaderPlan(format) == nil
    guard !isForFilesOnly else {
      #expect(throws: AudioFileError.self) { try pipe(samples, format, channels: 1) }
      return
    }
    try save(pipe(samples, format, channels: 1), to: path)
    let raw = RawDescription(codec: format.codec, sampleRate: 48000, channelCount: 1)
    let read = try AudioFile(path: path, type: format.type, raw: raw).readAll()
    if format.codec.isLossless {
      #expect(read.starts(with: samples))
      #expect(read.count == samples.count || RoundTripTests.fillsUp(format))
    } else {
      let wholePath = folder.file("b.\(format.type.suffixes[0])")
      try write(samples, to: wholePath, format, channels: 1)
      let whole = try AudioFile(path: wholePath, type: format.type, raw: raw).readAll()
      // An MPEG stream cannot state how long its first and last silence is.
      let isPadded = format.type == .mp3 && (0...(4 * 4000)).contains(read.count - whole.count)
      #expect(isPadded || read == whole, "\(read.count) \(whole.count)")
    }
  }

  @Test(arguments: [SampleEncoding.u8, .alaw, .ulaw], [1, 51, 52])
  func aWAVInAPipeEndsWithItsLastFrame(encoding: SampleEncoding, count: Int) throws {
    let folder = try TemporaryDirectory()
    let format = AudioFileFormat(.wav, codec: .pcm(encoding))
    let samples = RoundTripTests.samples(format, channels: 1, count: count)
    try save(pipe(samples, format, channels: 1), to: folder.file("a.wav"))
    #expect(try AudioFile(path: folder.file("a.wav")).readAll() == samples)
  }

  @Test(arguments: [SampleEncoding.s8, .u8, .s24be, .ulaw, .f32be, .f64be], [1, 2, 51, 1000])
  func anAIFFHoldsAsManyFramesAsWereWritten(encoding: SampleEncoding, count: Int) throws {
    let folder = try TemporaryDirectory()
    let path = folder.file("a.aiff")
    let format = AudioFileFormat(.aiff, codec: .pcm(encoding))
    let samples = RoundTripTests.samples(format, channels: 1, count: count)
    try write(samples, to: path, format, channels: 1)
    let file = try AudioFile(path: path)
    #expect(file.frameCount == count)
    #expect(try file.readAll() == samples)
  }

  @Test(arguments: [AudioFileType.caf, .aiff, .w64, .rf64, .voc])
  func typesThatNeedALengthAreRefusedInPipes(type: AudioFileType) throws {
    let collector = PipeCollector()
    let error = #expect(throws: AudioFileError.self) {
      _ = try AudioFileWriter(
        descriptor: collector.writing, format: AudioFileFormat(type, keeping: .pcm(.s16le)),
        sampleRate: 44100, channelCount: 1)
    }
    #expect(error?.kind == .unsupported)
    for name in ["au", "wav", "flac", "ogg"] { #expect(error?.message.contains(name) == true) }
    #expect(collector.finish() == [])
  }

  @Test func whatCannotBeWrittenCutsNothing() throws {
    let folder = try TemporaryDirectory()
    let precious = folder.file("precious")
    try save([1, 2, 3], to: precious)
    let wrong: [(AudioFileFormat, Double, Int)] = [
      (AudioFileFormat(.flac, encoding: .f32le), 48000, 2),
      (AudioFileFormat(.flac, encoding: .s16le), 48000, 9),
      (AudioFileFormat(.wav, encoding: .s16le), 48000.5, 2),
      (AudioFileFormat(.wav, encoding: .s16le), 48000, 0),
      (AudioFileFormat(.wav, encoding: .s16le), 48000, 2000),
      (AudioFileFormat(.wav, encoding: .s16le), 3e9, 2),
      (AudioFileFormat(.wav, encoding: .s16le), .nan, 2),
      (AudioFileFormat(.opus), 44100, 2),
      (AudioFileFormat(.mp3), 96000, 2),
      (AudioFileFormat(.mp3, encoding: .s16le), 48000, 2),
      (AudioFileFormat(.xi), 48000, 1),
    ]
    for (format, rate, channels) in wrong {
      let error = #expect(throws: AudioFileError.self, "\(format) \(rate) \(channels)") {
        try write([], to: precious, format, rate: rate, channels: channels)
      }
      #expect(error?.kind == .unsupported)
      expectGoodWords(error)
      #expect(try contents(of: precious) == [1, 2, 3])
    }
  }

  @Test func existingFilesAreReplacedUnlessKept() throws {
    let folder = try TemporaryDirectory()
    let path = folder.file("a.wav")
    try save([1, 2, 3], to: path)
    let error = #expect(throws: AudioFileError.self) {
      var options = AudioFileWriter.Options()
      options.replacing = false
      _ = try AudioFileWriter(
        path: path, format: AudioFileFormat(.wav), sampleRate: 48000, channelCount: 1,
        options: options)
    }
    #expect(error?.message == "file exists")
    #expect(try contents(of: path) == [1, 2, 3])
    try write([0, 0], to: path, AudioFileFormat(.wav, encoding: .s16le), channels: 1)
    #expect(try AudioFile(path: path).frameCount == 1)
  }

  @Test func filesBelow4GiBArePlainWAV() throws {
    let folder = try TemporaryDirectory()
    let path = folder.file("a.wav")
    try write(
      AudioFileTests.samples, to: path, AudioFileFormat(.wav, encoding: .s16le), channels: 2)
    #expect(try contents(of: path).starts(with: text("RIFF")))
    #expect(try AudioFile(path: path).type == .wav)
  }

  @Test func filesBeyond4GiBAreRF64() throws {
    for (blockCount, mark) in [(65, "RF64"), (63, "RIFF")] {
      let sink = ByteSink.rehearsal()
      let header = try #require(
        WAVHeaderPlan(encoding: .u8, sampleRate: 48000, channelCount: 1, growth: .toRF64))
      let writer = try PlainWriter(sink, header: header, bytesPerFrame: 1, frameCount: nil)
      let block = [UInt8](repeating: 1, count: 1 << 26)
      for _ in 0..<blockCount { unsafe try writer.write(block.span.bytes) }
      try writer.close()
      let head = sink.head
      #expect(fourCharacters(head, at: 0) == mark)
      let size = blockCount << 26
      if mark == "RF64" {
        #expect(fourCharacters(head, at: 12) == "ds64")
        #expect(integer(head, at: 28, count: 8, isBigEndian: false) == UInt64(size))
      } else {
        let data = try #require((0..<200).first { fourCharacters(head, at: $0) == "data" })
        #expect(integer(head, at: data + 4, count: 4, isBigEndian: false) == UInt64(size))
      }
    }
  }

  @Test func typesThatCannotTellOfMoreEndAt4GiB() throws {
    let folder = try TemporaryDirectory()
    let descriptor = unsafe open(folder.file("a.aiff"), O_RDWR | O_CREAT, 0o600)
    defer { close(descriptor) }
    var writer = try AudioFileWriter(
      descriptor: descriptor, format: AudioFileFormat(.aiff, encoding: .s8), sampleRate: 48000,
      channelCount: 1)
    unsafe try writer.write([1, 2, 3].span.bytes)
    let ours = writer.sink
    let sink = try #require(ours)
    sink.pretendToHaveWritten(to: (4 << 30) - 3)
    let error = failure { () throws(AudioFileError) in try writer.writeAll([4, 5, 6]) }
    #expect(error?.errorNumber == EFBIG)
    #expect(error?.message.contains("wav") == true)
  }

  @Test(arguments: [AudioFileType.wav, .rf64, .w64, .caf, .aiff, .au, .flac, .raw])
  func updatedFilesAreReadableAtEveryMoment(type: AudioFileType) throws {
    let folder = try TemporaryDirectory()
    let path = folder.file("a.\(type.suffixes[0])")
    let format = AudioFileFormat(type, keeping: .pcm(.s16le))
    let samples = frames(20000, channels: 2, format.deliveredEncoding)
    var writer = try AudioFileWriter(path: path, format: format, sampleRate: 48000, channelCount: 2)
    unsafe try writer.write(samples.span.bytes.extracting(first: 40000))
    try writer.updateHeader()
    try writer.sync()
    // What a reader finds now is what it would find after kill -9.
    let raw = RawDescription(encoding: .s16le, channelCount: 2)
    let early = try AudioFile(path: path, raw: raw).readAll()
    #expect(samples.starts(with: early))
    // The encoder of FLAC keeps a block of its own.
    #expect(early.count >= (type == .flac ? 4 * 4096 : 40000))
    unsafe try writer.write(samples.span.bytes.extracting(40000..<80000))
    #expect(writer.frameCount == 20000)
    try writer.close()
    #expect(try AudioFile(path: path, raw: raw).readAll() == samples)
  }

  @Test func emptyRegularDescriptorIsAFileAndAppendedOneAStream() throws {
    let folder = try TemporaryDirectory()
    for (flags, length) in [(O_RDWR, true), (O_RDWR | O_APPEND, false)] {
      let path = folder.file("a\(length).wav")
      let descriptor = unsafe open(path, flags | O_CREAT, 0o600)
      defer { close(descriptor) }
      var writer = try AudioFileWriter(
        descriptor: descriptor, format: AudioFileFormat(.wav, encoding: .s16le),
        sampleRate: 48000, channelCount: 2)
      try writer.writeAll(AudioFileTests.samples)
      try writer.close()
      let bytes = try contents(of: path)
      #expect(bytes[4..<8].allSatisfy { $0 == 0xFF } == !length)
      #expect(try AudioFile(path: path).readAll() == AudioFileTests.samples)
    }
  }

  @Test(arguments: pipeTypes)
  func readersThatGoAwayAreBrokenPipes(type: AudioFileType) throws {
    let (reading, writing) = makePipe()
    close(reading)
    defer { close(writing) }
    let format = AudioFileFormat(type)
    let samples = RoundTripTests.samples(format, channels: 2, count: 50000)
    let error = #expect(throws: AudioFileError.self) {
      var writer = try AudioFileWriter(
        descriptor: writing, format: format, sampleRate: 48000, channelCount: 2)
      try writer.writeAll(samples)
      try writer.close()
    }
    #expect(error?.isBrokenPipe == true)
  }

  @Test(arguments: pipeTypes)
  func fullDisksAreErrors(type: AudioFileType) throws {
    guard FileManager.default.fileExists(atPath: "/dev/full") else { return }
    let format = AudioFileFormat(type)
    let samples = RoundTripTests.samples(format, channels: 2, count: 50000)
    let error = #expect(throws: AudioFileError.self) {
      try write(samples, to: "/dev/full", format, channels: 2)
    }
    #expect(error?.message == "no space left on device")
    #expect(error?.errorNumber == ENOSPC)
  }

  @Test func filesThatMayNotGrowAreErrors() throws {
    let folder = try TemporaryDirectory()
    let path = folder.file("a.wav")
    let sink = try ByteSink(
      Descriptor.open(path, flags: Descriptor.writing(replacing: true), interrupted: nil))
    let header = try #require(
      WAVHeaderPlan(encoding: .s16le, sampleRate: 48000, channelCount: 2, growth: .toRF64))
    let writer = try PlainWriter(sink, header: header, bytesPerFrame: 4, frameCount: nil)
    sink.limit = (4000, .system(ENOSPC))
    let block = Array(AudioFileTests.samples[..<800])
    let error = failure { () throws(AudioFileError) in
      for _ in 0..<10 { unsafe try writer.write(block.span.bytes) }
    }
    #expect(error?.errorNumber == ENOSPC)
    // What was on the disk before it was full can be read.
    try writer.close()
    let read = try AudioFile(path: path).readAll()
    #expect(read.count > 2000)
    #expect(read.prefix(800).elementsEqual(AudioFileTests.samples[..<800]))
  }

  @Test func interruptedWritesTellHowFarTheyGot() throws {
    let (reading, writing) = makePipe()
    defer { close(reading) }
    catchUSR2()
    let ended = DispatchSemaphore(value: 0)
    let thread = Shared<pthread_t?>(nil)
    let outcome = Shared<(AudioFileError?, Int)>((nil, 0))
    Thread.detachNewThread {
      unblockUSR2()
      thread.value.withLock { $0 = pthread_self() }
      do throws(AudioFileError) {
        var writer = try AudioFileWriter(
          descriptor: writing, closing: true, format: AudioFileFormat(.wav, encoding: .s16le),
          sampleRate: 48000, channelCount: 1, interrupted: { true })
        let block = [UInt8](repeating: 0, count: 1 << 20)
        var failure: AudioFileError?
        do throws(AudioFileError) { unsafe try writer.write(block.span.bytes) } catch {
          failure = error
        }
        let frameCount = writer.frameCount
        outcome.value.withLock { $0 = (failure, frameCount) }
        try writer.close()
      } catch {
        outcome.value.withLock { $0.0 = nil }
      }
      ended.signal()
    }
    var signals = 0
    while ended.wait(timeout: .now() + 0.01) == .timedOut, signals < 1000 {
      if let id = thread.value.withLock({ $0 }) { pthread_kill(id, SIGUSR2) }
      signals += 1
    }
    let (error, frameCount) = outcome.value.withLock { $0 }
    #expect(error?.kind == .interrupted)
    // What is in the pipe is what was counted, and a header of 44 bytes.
    var room = [UInt8](repeating: 0, count: 1 << 20)
    var arrived = 0
    while true {
      let count = unsafe room.withUnsafeMutableBytes {
        unsafe read(reading, $0.baseAddress, $0.count)
      }
      if count <= 0 { break }
      arrived += count
    }
    #expect(frameCount == (arrived - 44) / 2)
    #expect(frameCount > 0)
  }

  @Test(arguments: [AudioFileType.wav, .aiff, .flac, .ogg, .caf, .mp3])
  func tagsGoIntoTheFileAndComeBack(type: AudioFileType) throws {
    let folder = try TemporaryDirectory()
    let path = folder.file("a.\(type.suffixes[0])")
    var tags = AudioFileTags()
    tags[.title] = "Début"
    tags[.artist] = "somebody"
    tags[.comment] = "a remark"
    let format = AudioFileFormat(type)
    let samples = RoundTripTests.samples(format, channels: 1)
    try write(samples, to: path, format, channels: 1, tags: tags)
    let file = try AudioFile(path: path)
    for key in [AudioFileTags.Key.title, .artist, .comment] where type != .aiff || key != .artist {
      #expect(file.tags[key] == tags[key], "\(key)")
    }
    #expect(try file.readAll().count == samples.count)
  }
}

/// What a piece of work throws, nil where it does not.
func failure(_ work: () throws(AudioFileError) -> Void) -> AudioFileError? {
  do throws(AudioFileError) {
    try work()
    return nil
  } catch {
    return error
  }
}

extension AudioFileWriter {
  var sink: ByteSink? {
    (encoder as? SndFileWriter)?.sink
  }
}

extension ByteSink {
  /// Moves the end of the file, as if everything up to there had been written.
  func pretendToHaveWritten(to position: Int) {
    cursor = position
  }
}

extension WAVHeaderPlan {
  init?(_ format: AudioFileFormat) {
    guard case .pcm(let encoding) = format.codec else { return nil }
    self.init(encoding: encoding, sampleRate: 48000, channelCount: 1)
  }
}
