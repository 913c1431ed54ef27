import CSndFile
import PCM
import Platform

/// Reads any type that libsndfile knows, from a file or a pipe.
///
/// Corresponds to `sf_open_virtual`, or for Sound Designer II, whose header is a second file, to
/// `sf_open`. One thread at a time.
@safe final class SndFileReader {
  let facts: SndFileFacts

  private let source: ByteSource?
  private let handle: OpaquePointer
  private let transfer: SndFileTransfer
  private let decodesBlocks: Bool
  private var scratch: [Int32] = []
  private var block: [UInt8] = []
  private var blockRest = 0..<0
  private var isDrained = false
  private let length: ContainerLength
  private var position = 0
  /// libsndfile's error, once.
  var damage = DamageLog()

  /// Opens a file or the beginning of a pipe, as headerless data if there is a `raw`.
  static func open(
    _ source: ByteSource, raw: RawDescription? = nil
  ) throws(AudioFileError) -> SndFileReader {
    if !source.isSeekable {
      source.endlessLength = ByteSource.anyLength
      let reader: SndFileReader?
      do throws(AudioFileError) {
        reader = try SndFileReader(source, raw)
      } catch {
        guard error.kind == .malformed else { throw error }
        reader = nil
      }
      if let reader, !reader.decodesBlocks { return reader }
      // The head is still there, so a pipe can be opened twice.
      source.endlessLength = ByteSource.countableLength
    }
    return try SndFileReader(source, raw)
  }

  private init(_ source: ByteSource, _ raw: RawDescription?) throws(AudioFileError) {
    var info = SF_INFO()
    if let raw { info = try raw.sndFileInfo() }
    source.cursor = 0
    source.service = .whole
    var functions = ByteSource.callbacks
    let context = unsafe Unmanaged.passUnretained(source).toOpaque()
    let (opened, failure) = unsafe openWithSndFile {
      unsafe sf_open_virtual(&functions, CInt(SFM_READ), &info, context)
    }
    do throws(AudioFileError) {
      try source.throwFailure()
      guard let opened = unsafe opened else { throw .malformed(failure) }
      var found = unsafe try SndFileFacts(opened, info, isStream: !source.isSeekable)
      length =
        raw == nil ? try ContainerLength.of(source, found.format.type) : ContainerLength()
      if let present = length.presentFrameCount {
        found.frameCount = found.frameCount.map { min($0, present) }
      }
      facts = found
    } catch {
      if let opened = unsafe opened { unsafe sf_close(opened) }
      throw error
    }
    guard let opened = unsafe opened else { throw .malformed(failure) }
    unsafe handle = opened
    self.source = source
    transfer = SndFileTransfer(facts.format)
    decodesBlocks = facts.format.decodesBlocks
    source.isExhausted = false
    source.service = transfer.service(facts)
  }

  /// Opens a file by its path, with any file that belongs to it.
  init(path: String) throws(AudioFileError) {
    var info = SF_INFO()
    let name = FileName.bytes(of: path)
    let (opened, failure) = unsafe openWithSndFile { unsafe sf_open(name, CInt(SFM_READ), &info) }
    guard let opened = unsafe opened else { throw .malformed(failure) }
    do throws(AudioFileError) {
      unsafe facts = try SndFileFacts(opened, info, isStream: false)
    } catch {
      unsafe sf_close(opened)
      throw error
    }
    unsafe handle = opened
    source = nil
    length = ContainerLength()
    transfer = SndFileTransfer(facts.format)
    decodesBlocks = facts.format.decodesBlocks
  }

  deinit { unsafe sf_close(handle) }

  /// Bytes after the last frame that belong to it, as far as known.
  var trailingByteCount: Int {
    if let promised = length.promisedFrameCount, position >= promised { return 0 }
    return source?.trailingByteCount ?? 0
  }

  /// What the header promises but the data lacks; known at the end.
  var shortage: Damage.Shortage? {
    guard let promised = length.promisedFrameCount, position < promised else { return nil }
    return .frames(promised: promised)
  }

  /// Reads whole frames into the caller's bytes; 0 at the end.
  func read(into target: UnsafeMutableRawBufferPointer) throws(AudioFileError) -> Int {
    let left = (length.presentFrameCount ?? .max) - position
    let frames = min(target.count / facts.bytesPerFrame, max(0, left))
    guard target.count >= facts.bytesPerFrame, let base = target.baseAddress else { return 0 }
    let count =
      unsafe decodesBlocks ? readBlocks(base, frames) : readPlainly(base, frames)
    position += count
    try source?.throwFailure()
    if count < frames, damage.isEmpty, unsafe sf_error(handle) != 0 {
      damage.append(
        Damage(
          kind: .lost(reason: "the \(facts.format.codec) in it cannot be decoded further"),
          position: position, frameCount: nil))
    }
    if count == 0, !isDrained {
      isDrained = true
      try source?.drain()
    }
    return count
  }

  /// Seeks to a frame; false if this codec can only be read from the start.
  func seek(toFrame frame: Int) throws(AudioFileError) -> Bool {
    guard facts.canSeek else { return false }
    blockRest = 0..<0
    source?.isExhausted = false
    let reached = unsafe sf_seek(handle, sf_count_t(frame), CInt(SEEK_SET))
    try source?.throwFailure()
    if reached == frame { position = frame }
    return reached == frame
  }

  /// Reads through our own blocks, a whole number of the codec's: libsndfile 1.2 writes more than
  /// requested when a byte of VOX is split, and misses the end of PAF when its last block is.
  private func readBlocks(_ base: UnsafeMutableRawPointer, _ frames: Int) -> Int {
    var done = 0
    while done < frames {
      if blockRest.isEmpty { decodeBlock() }
      if blockRest.isEmpty { break }
      let count = min(frames - done, blockRest.count)
      let size = facts.bytesPerFrame
      unsafe block.withUnsafeBytes { bytes in
        let source = unsafe UnsafeRawBufferPointer(
          rebasing: bytes[(blockRest.lowerBound * size)..<((blockRest.lowerBound + count) * size)])
        if let start = source.baseAddress {
          unsafe (base + done * size).copyMemory(from: start, byteCount: source.count)
        }
      }
      done += count
      blockRest = blockRest.dropFirst(count)
    }
    return done
  }

  /// Decodes as little at a time as the codec allows in a pipe. If asked for a block beyond the
  /// end, libsndfile invents noise, so the block that made it read there is dropped.
  private func decodeBlock() {
    let isStream = source.map { !$0.isSeekable } ?? false
    let frames = isStream ? facts.format.framesTogether : 4000
    if block.isEmpty { block = [UInt8](repeating: 0, count: frames * facts.bytesPerFrame) }
    let count = unsafe block.withUnsafeMutableBytes { bytes in
      unsafe bytes.baseAddress.map { unsafe readPlainly($0, frames) } ?? 0
    }
    let isNoise = isStream && source?.isExhausted == true
    blockRest = 0..<(isNoise ? 0 : count)
  }

  private func readPlainly(_ base: UnsafeMutableRawPointer, _ frames: Int) -> Int {
    unsafe transfer.isDirect(base) ? readDirectly(base, frames) : readThroughScratch(base, frames)
  }

  private func readDirectly(_ base: UnsafeMutableRawPointer, _ frames: Int) -> Int {
    let count = sf_count_t(frames)
    switch transfer {
    case .raw:
      let bytes = unsafe sf_read_raw(handle, base, count * sf_count_t(facts.bytesPerFrame))
      return Int(bytes) / facts.bytesPerFrame
    case .short:
      return unsafe Int(sf_readf_short(handle, base.assumingMemoryBound(to: Int16.self), count))
    case .float:
      return unsafe Int(sf_readf_float(handle, base.assumingMemoryBound(to: Float.self), count))
    case .integer:
      return unsafe Int(sf_readf_int(handle, base.assumingMemoryBound(to: Int32.self), count))
    }
  }

  /// Reads through 32-bit words: for depths that libsndfile has no function for, and for addresses
  /// that its functions must not write to.
  private func readThroughScratch(_ base: UnsafeMutableRawPointer, _ frames: Int) -> Int {
    let maxCount = 4000
    if scratch.isEmpty { scratch = Array(repeating: 0, count: maxCount * facts.channelCount) }
    var done = 0
    while done < frames {
      let wanted = min(maxCount, frames - done)
      let target = unsafe base + done * facts.bytesPerFrame
      let count = unsafe scratch.withUnsafeMutableBytes { words in
        guard let start = words.baseAddress else { return 0 }
        let count = unsafe readDirectly(start, wanted)
        if case .integer(let byteCount) = transfer {
          unsafe packHighBytes(
            of: start, count: count * facts.channelCount, byteCount: byteCount, into: target)
        } else {
          unsafe target.copyMemory(from: start, byteCount: count * facts.bytesPerFrame)
        }
        return count
      }
      done += count
      if count < wanted { break }
    }
    return done
  }
}
