import Foundation
import PCM
import Synchronization
import TestSupport
import Testing

@testable import SoundFile

struct AudioFileTests {
  static let samples = frames(1000, channels: 2, .s16le)

  @Test func rawStreamLosesNoByteAndCountsWhatIsLeft() throws {
    let bytes = frames(1001, channels: 1, .u8)
    for singles in [0, 1001] {
      let raw = RawDescription(encoding: .f32le, sampleRate: 44100.5, channelCount: 2)
      let feeder = PipeFeeder(bytes, singles: singles)
      let file = try AudioFile(feeder, raw: raw)
      #expect(file.format == AudioFileFormat(.raw, codec: .pcm(.f32le)))
      #expect(file.sampleRate == 44100.5)
      #expect(file.frameCount == nil)
      #expect(!file.isSeekable)
      #expect(try file.readAll(block: 3) == Array(bytes[..<1000]))
      #expect(file.trailingByteCount == 1)
      #expect(file.position == 125)
    }
  }

  @Test func plainSamplesOfAPipeComeAsTheyArrive() throws {
    let (reading, writing) = makePipe()
    defer { close(reading) }
    let header =
      WAVHeaderPlan(encoding: .s16le, sampleRate: 48000, channelCount: 2)?
      .bytes(dataByteCount: nil) ?? []
    send(header + Array(Self.samples[..<10]), to: writing)
    let file = try AudioFile(descriptor: reading)
    var room = [UInt8](repeating: 0, count: 4000)
    // Two frames and a half have arrived, nothing more will before they are delivered.
    DispatchQueue.global().asyncAfter(deadline: .now() + 0.01) {
      send(Array(Self.samples[10..<12]), to: writing)
    }
    #expect(try file.readFrames(&room) == 3)
    send(Array(Self.samples[12..<20]), to: writing)
    #expect(try file.readFrames(&room) == 2)
    close(writing)
    #expect(try file.readFrames(&room) == 0)
  }

  @Test func aPipeIsReadyWhenFramesOrItsEndHaveArrived() throws {
    let (reading, writing) = makePipe()
    defer { close(reading) }
    let header =
      WAVHeaderPlan(encoding: .s16le, sampleRate: 48000, channelCount: 2)?
      .bytes(dataByteCount: nil) ?? []
    send(header, to: writing)
    let file = try AudioFile(descriptor: reading)
    var room = [UInt8](repeating: 0, count: 4000)
    #expect(!file.isReady(withinMilliseconds: 0))
    send(Array(Self.samples[..<8]), to: writing)
    #expect(file.isReady(withinMilliseconds: 0))
    #expect(try file.readFrames(&room) == 2)
    #expect(!file.isReady(withinMilliseconds: 10))
    DispatchQueue.global().asyncAfter(deadline: .now() + 0.01) { close(writing) }
    #expect(file.isReady(withinMilliseconds: 20_000))
    #expect(try file.readFrames(&room) == 0)
  }

  @Test func aRegularFileIsAlwaysReady() throws {
    let folder = try TemporaryDirectory()
    let format = AudioFileFormat(.wav, encoding: .s16le)
    try write(Self.samples, to: folder.file("a.wav"), format, channels: 2)
    let file = try AudioFile(path: folder.file("a.wav"))
    #expect(try file.readAll() == Self.samples)
    #expect(file.isReady(withinMilliseconds: 0))
  }

  @Test(arguments: [AudioFileType.wav, .aiff, .flac, .ogg, .caf])
  func seekingDeliversTheSameFrames(type: AudioFileType) throws {
    let folder = try TemporaryDirectory()
    let path = folder.file("a.\(type.suffixes[0])")
    let format = AudioFileFormat(type)
    try write(
      RoundTripTests.samples(format, channels: 2, count: 9000), to: path, format, channels: 2)
    let file = try AudioFile(path: path)
    let all = try file.readAll()
    for frame in [0, 1, 4095, 8000, 9000] {
      try file.seek(toFrame: frame)
      #expect(file.position == frame)
      let rest = try file.readAll()
      // Vorbis decodes the first block after a jump from other neighbours than in passing.
      if format.codec.isLossless { #expect(rest == Array(all[(frame * file.bytesPerFrame)...])) }
      #expect(rest.count == all.count - frame * file.bytesPerFrame)
    }
    try file.rewind()
    #expect(try file.skip(1234) == 1234)
    #expect(try file.skip(1 << 40) == 9000 - 1234)
    #expect(try file.readAll() == [])
    try file.seek(toFrame: 1 << 40)
    #expect(file.position == 9000)
  }

  @Test(arguments: [AudioFileType.wav, .flac, .raw])
  func skippingInAPipeDropsFrames(type: AudioFileType) throws {
    let folder = try TemporaryDirectory()
    let path = folder.file("a.\(type.suffixes[0])")
    try write(
      Self.samples, to: path, AudioFileFormat(type, encoding: .s16le), channels: 2)
    let feeder = PipeFeeder(try contents(of: path))
    let raw = RawDescription(encoding: .s16le, channelCount: 2)
    let file = try AudioFile(feeder, raw: raw)
    #expect(try file.skip(777) == 777)
    #expect(file.position == 777)
    #expect(try file.readAll() == Array(Self.samples[(777 * 4)...]))
    #expect(try file.skip(5) == 0)
    #expect(throws: AudioFileError.self) { try file.rewind() }
  }

  @Test func codecsThatCannotSeekAreReadAgainFromTheirBeginning() throws {
    let folder = try TemporaryDirectory()
    let format = AudioFileFormat(.au, codec: .g721)
    let path = folder.file("a.au")
    try write(
      RoundTripTests.samples(format, channels: 1), to: path, format, rate: 8000, channels: 1)
    let file = try AudioFile(path: path)
    let all = try file.readAll()
    try file.seek(toFrame: 333)
    #expect(try file.readAll() == Array(all[666...]))
  }

  @Test func interruptedReadsAskWhetherToStop() throws {
    let (reading, writing) = makePipe()
    defer { close(writing) }
    catchUSR2()
    let asked = Shared(0)
    let outcome = Shared<AudioFileError?>(nil)
    let ended = DispatchSemaphore(value: 0)
    let thread = Shared<pthread_t?>(nil)
    Thread.detachNewThread {
      unblockUSR2()
      thread.value.withLock { $0 = pthread_self() }
      do throws(AudioFileError) {
        let file = try AudioFile(descriptor: reading, closing: true) {
          asked.value.withLock { asked in
            asked += 1
            return asked == 3
          }
        }
        _ = try file.readAll()
      } catch {
        outcome.value.withLock { $0 = error }
      }
      ended.signal()
    }
    var signals = 0
    while ended.wait(timeout: .now() + 0.01) == .timedOut, signals < 1000 {
      if let id = thread.value.withLock({ $0 }) { pthread_kill(id, SIGUSR2) }
      signals += 1
    }
    #expect(outcome.value.withLock { $0?.kind } == .interrupted)
    #expect(asked.value.withLock { $0 } == 3)
  }

  @Test func nonBlockingDescriptorsAreWaitedFor() throws {
    let (reading, writing) = makePipe()
    _ = fcntl(reading, F_SETFL, O_NONBLOCK)
    DispatchQueue.global().asyncAfter(deadline: .now() + 0.02) {
      send(Self.samples, to: writing)
      close(writing)
    }
    let raw = RawDescription(encoding: .s16le, channelCount: 2)
    let file = try AudioFile(descriptor: reading, closing: true, raw: raw)
    #expect(try file.readAll() == Self.samples)
    #expect(fcntl(reading, F_GETFL) & O_NONBLOCK != 0)
  }

  @Test func unknownFilesAreErrorsThatNameRaw() throws {
    let folder = try TemporaryDirectory()
    let photograph: [UInt8] = [0x49, 0x49, 0x2A, 0] + frames(500, channels: 1, .u8)
    let mpegLike: [UInt8] = [0xFF, 0xFB, 0x90, 0x64] + [UInt8](repeating: 0, count: 4000)
    for (name, bytes) in [("a.tif", photograph), ("b.txt", text("hello")), ("c.bin", mpegLike)] {
      try save(bytes, to: folder.file(name))
      let error = #expect(throws: AudioFileError.self) {
        _ = try AudioFile(path: folder.file(name))
      }
      #expect(error?.kind == .unrecognized)
      #expect(error?.remedy == .nameType(name == "c.bin" ? [.mp3, .raw] : [.raw]))
      let raw = RawDescription(encoding: .u8, channelCount: 1)
      let file = try AudioFile(path: folder.file(name), type: .raw, raw: raw)
      #expect(try file.readAll() == bytes)
    }
  }

  @Test func suffixesOfRawDataAreBelieved() throws {
    let folder = try TemporaryDirectory()
    try save(Self.samples, to: folder.file("a.s16le"))
    let named = try AudioFile(path: folder.file("a.s16le"))
    #expect(named.encoding == .s16le)
    #expect(try named.readAll() == Self.samples)
    try save(Self.samples, to: folder.file("a.pcm"))
    let raw = RawDescription(encoding: .s24be, channelCount: 1)
    #expect(try AudioFile(path: folder.file("a.pcm"), raw: raw).encoding == .s24be)
  }

  @Test func wrongTypesAndAbsentFilesAreErrors() throws {
    let folder = try TemporaryDirectory()
    let path = folder.file("a.flac")
    try write(Self.samples, to: path, AudioFileFormat(.flac, encoding: .s16le), channels: 2)
    let error = #expect(throws: AudioFileError.self) { _ = try AudioFile(path: path, type: .wav) }
    #expect(error?.message == "no wav but flac")
    let absent = #expect(throws: AudioFileError.self) {
      _ = try AudioFile(path: folder.file("absent.wav"))
    }
    #expect(absent?.message == "no such file or directory")
    #expect(absent?.errorNumber == ENOENT)
    let place = #expect(throws: AudioFileError.self) { _ = try AudioFile(path: folder.path) }
    #expect(place?.message == "is a directory")
  }

  @Test func descriptorsStayOpenUnlessGivenAway() throws {
    let folder = try TemporaryDirectory()
    try save(Self.samples, to: folder.file("a.raw"))
    let kept = unsafe open(folder.file("a.raw"), O_RDONLY)
    lseek(kept, 8, SEEK_SET)
    let raw = RawDescription(encoding: .s16le, channelCount: 2)
    do {
      let file = try AudioFile(descriptor: kept, type: .raw, raw: raw)
      #expect(file.isSeekable)
      #expect(try file.readAll() == Array(Self.samples[8...]))
    }
    #expect(fcntl(kept, F_GETFD) >= 0)
    do { _ = try AudioFile(descriptor: kept, closing: true, type: .raw, raw: raw) }
    #expect(fcntl(kept, F_GETFD) < 0)
  }

  @Test func anSD2WithoutItsSecondFileIsRefused() throws {
    let folder = try TemporaryDirectory()
    let path = folder.file("a.sd2")
    // Looks like MPEG.
    try save([0xFF, 0xFB, 0x90, 0x64] + [UInt8](repeating: 0, count: 2000), to: path)
    let error = failure { () throws(AudioFileError) in _ = try AudioFile(path: path) }
    #expect(error?.message.hasPrefix("sd2 without its second file") == true)
    let format = AudioFileFormat(.sd2, encoding: .s16be)
    let samples = RoundTripTests.samples(format, channels: 1, count: 500)
    try write(samples, to: folder.file("b.sd2"), format, channels: 1)
    #expect(try AudioFile(path: folder.file("b.sd2")).readAll() == samples)
  }

  @Test(arguments: [AudioFileType.flac, .wav, .aiff, .au, .caf, .w64, .ogg, .mp3])
  func cutFilesDeliverTheFramesThereAre(type: AudioFileType) throws {
    let folder = try TemporaryDirectory()
    let path = folder.file("a.\(type.suffixes[0])")
    let format = AudioFileFormat(type, keeping: .pcm(.s16le))
    let written =
      type == .ogg
      ? frames(30000, channels: 2, format.deliveredEncoding)
      : RoundTripTests.samples(format, channels: 2, count: 30000)
    try write(written, to: path, format, channels: 2)
    let bytes = try contents(of: path)
    let cut = Array(bytes[..<(bytes.count * 2 / 3)])
    try save(cut, to: path)
    let read = try AudioFile(path: path).readAll()
    #expect(read.count > 0 && read.count < written.count, "\(read.count)")
    if format.codec.isLossless {
      #expect(written.starts(with: read))
      #expect(read.count > written.count / 2)
    }
    let fromPipe = try AudioFile(PipeFeeder(cut), type: type).readAll()
    #expect(fromPipe.count > 0 && fromPipe.count < written.count)
    if format.codec.isLossless { #expect(fromPipe == read) }
  }
}

extension AudioFile {
  func readFrames(_ room: inout [UInt8]) throws(AudioFileError) -> Int {
    var span = room.mutableSpan
    var bytes = unsafe span.mutableBytes
    return try read(into: &bytes)
  }
}

final class Shared<Value: Sendable>: Sendable {
  let value: Mutex<Value>
  init(_ value: Value) { self.value = Mutex(value) }
}

func send(_ bytes: [UInt8], to descriptor: Int32) {
  unsafe bytes.withUnsafeBytes { _ = unsafe write(descriptor, $0.baseAddress, $0.count) }
}

/// Threads inherit what their makers block.
func unblockUSR2() {
  var signals = sigset_t()
  unsafe sigemptyset(&signals)
  unsafe sigaddset(&signals, SIGUSR2)
  unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
}

/// Makes SIGUSR2 interrupt blocking calls and do nothing else.
func catchUSR2() {
  var action = sigaction()
  #if canImport(Darwin)
    unsafe action.__sigaction_u.__sa_handler = { _ in }
  #else
    unsafe action.__sigaction_handler.sa_handler = { _ in }
  #endif
  unsafe sigaction(SIGUSR2, &action, nil)
}
