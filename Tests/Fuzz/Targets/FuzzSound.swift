import PCM
import Platform
import SoundFile
import SoundTool

/// Files and streams.
enum FuzzSound {
  /// More than this is not read of anything, so that no input takes long.
  private static let mostFrames = 1 << 17
  private static let mostBytes = 1 << 15

  static func read(_ bytes: inout FuzzBytes) {
    let choice = bytes.byte()
    let type = choice & 2 == 0 ? nil : bytes.pick(AudioFileType.allCases)
    let content = content(of: &bytes, isMended: choice & 8 != 0)
    do throws(AudioFileError) {
      try with(content, isStream: choice & 1 == 1) { descriptor throws(AudioFileError) in
        let file = try AudioFile(
          descriptor: descriptor, path: choice & 4 == 0 ? nil : "take.wav", type: type)
        let count = try readAll(file)
        demand(file.position == count, "a position that nobody read to")
        guard file.isSeekable else { return }
        // A damaged header of a codec that frames itself may count fewer.
        let framesItself = [.flac, .ogg, .opus, .mp3].contains(file.format.type)
        if let known = file.frameCount, count < mostFrames, !framesItself {
          demand(count <= known, "more frames than there are")
        }
        _ = file.takeDamage()
        if let rest = file.continuation() { _ = try readAll(rest) }
        try file.seek(toFrame: count / 2)
        let rest = try readAll(file)
        // What a coder makes of a spoiled file may depend on where it begins.
        let isPlain = [.raw, .wav, .au, .rf64, .caf].contains(file.format.type)
        if isPlain, case .pcm = file.format.codec, count < mostFrames {
          demand(rest <= count, "more frames the second time")
        }
        try file.rewind()
        _ = try file.skip(3)
      }
    } catch { check(error.message) }
  }

  static func decode(_ bytes: inout FuzzBytes) {
    let choice = bytes.byte()
    var options = FramePipeline.Options()
    let rate = bytes.pick([nil, 8000, 48_000, 44_100, 96_000, 1000] as [Double?])
    let count = bytes.pick([nil, 1, 2, 3, 6] as [Int?])
    let encoding = bytes.pick(SampleEncoding.allCases)
    if choice & 8 != 0 { options.start = .frames(bytes.byte()) }
    if choice & 16 != 0 { options.length = .frames(bytes.byte()) }
    if choice & 32 != 0 { options.map = try? ChannelMap(parsing: "2,1,1") }
    if choice & 64 != 0 { options.gain = Gain(decibels: Double(bytes.byte() - 128)) }
    var reading = AudioSource.Options()
    if choice & 2 != 0 { reading.type = .named(bytes.pick(AudioFileType.allCases)) }
    let content = content(of: &bytes, isMended: choice & 128 != 0)
    do throws(ToolError) {
      try with(content, isStream: choice & 1 == 1) { descriptor throws(ToolError) in
        let source = try AudioSource("/dev/fd/\(descriptor)", reading)
        let target = StreamFormat(
          encoding: encoding, rate: rate ?? source.format.rate,
          channelCount: count ?? options.map?.count ?? source.format.channelCount)
        let pipeline = try FramePipeline([source], to: target, options)
        var block = [UInt8](repeating: 0, count: 1024 * target.bytesPerFrame)
        while pipeline.position < mostFrames {
          var span = block.mutableSpan
          var room = unsafe span.mutableBytes
          guard try pipeline.read(into: &room) > 0 else { break }
        }
        if let total = pipeline.frameCount {
          demand(pipeline.position <= max(total, mostFrames), "more frames than there are")
        }
      }
    } catch { check(error.message) }
  }

  static func write(_ bytes: inout FuzzBytes) {
    let isStream = bytes.byte() & 1 == 1
    let format = AudioFileFormat(
      bytes.pick(AudioFileType.allCases), codec: bytes.pick(AudioCodec.allCases))
    let rate = Double(bytes.byte() << 16 | bytes.byte() << 8 | bytes.byte())
    let channelCount = bytes.byte()
    let bytesPerFrame = channelCount * format.deliveredEncoding.byteCount
    guard bytesPerFrame > 0 else { return }
    let content = bytes.remaining().prefix(1 << 13)
    let sound = Array(content.prefix(content.count / bytesPerFrame * bytesPerFrame))
    do throws(AudioFileError) {
      try with(
        [], isStream: isStream,
        writing: { descriptor throws(AudioFileError) in
          var writer = try AudioFileWriter(
            descriptor: descriptor, format: format, sampleRate: rate, channelCount: channelCount)
          unsafe try writer.write(sound.span.bytes)
          try writer.updateHeader()
          try writer.close()
        }
      ) { descriptor throws(AudioFileError) in
        guard format.type.canBeReadFromPipe || !isStream else { return }
        let raw = RawDescription(
          encoding: format.deliveredEncoding, sampleRate: rate, channelCount: channelCount)
        let type: AudioFileType? = format.type == .raw ? .raw : nil
        let file: AudioFile
        do throws(AudioFileError) {
          file = try AudioFile(descriptor: descriptor, type: type, raw: raw)
        } catch {
          // Types without a mark, and some without a sample, are not found again.
          return
        }
        let count = try readAll(file)
        // What was written is there again, frame for frame, where the type says it keeps them.
        let isPlain = [.raw, .wav, .au, .rf64, .w64, .caf, .aiff].contains(format.type)
        guard isPlain, case .pcm = format.codec, file.format.codec == format.codec else { return }
        let wanted = sound.count / bytesPerFrame
        demand(count == wanted, "\(format), \(channelCount) channels: \(wanted) became \(count)")
      }
    } catch { check(error.message) }
  }

  private static func content(of bytes: inout FuzzBytes, isMended: Bool) -> [UInt8] {
    var content = Array(bytes.remaining().prefix(mostBytes))
    if isMended { OggChecksums.mend(&content) }
    return content
  }

  private static func check(_ message: String) {
    demand(!message.isEmpty, "a complaint without words")
  }

  private static func readAll(_ file: AudioFile) throws(AudioFileError) -> Int {
    var block = [UInt8](repeating: 0, count: 512 * file.bytesPerFrame)
    var count = 0
    while count < mostFrames {
      var span = block.mutableSpan
      var room = unsafe span.mutableBytes
      let part = try file.read(into: &room)
      if part == 0 { break }
      count += part
    }
    return count
  }

  /// Gives `body` a descriptor that reads what is in `content`, or what `writing` wrote: a file
  /// without a name, or a pipe that holds it all.
  private static func with<Failure: Error>(
    _ content: [UInt8], isStream: Bool,
    writing: ((CInt) throws(Failure) -> Void)? = nil, _ body: (CInt) throws(Failure) -> Void
  ) throws(Failure) {
    var ends: [CInt] = [-1, -1]
    if isStream {
      unsafe demand(pipe(&ends) == 0, "a pipe")
    } else {
      let path = "/tmp/sd-fuzz-\(getpid())-\(UInt64.random(in: 0 ... .max))"
      ends[0] = unsafe open(path, O_RDWR | O_CREAT | O_EXCL, 0o600)
      ends[1] = dup(ends[0])
      unsafe unlink(path)
    }
    demand(ends[0] >= 0 && ends[1] >= 0, "a place for bytes")
    var isOpen = true
    defer {
      close(ends[0])
      if isOpen { close(ends[1]) }
    }
    if let writing {
      try writing(ends[1])
    } else {
      let count = unsafe content.withUnsafeBytes {
        unsafe send(ends[1], $0.baseAddress, $0.count)
      }
      demand(count == content.count, "room for all bytes")
    }
    close(ends[1])
    isOpen = false
    if !isStream { lseek(ends[0], 0, SEEK_SET) }
    try body(ends[0])
  }
}

// The C function whose name a target has.
private func send(_ descriptor: CInt, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  unsafe write(descriptor, bytes, count)
}
