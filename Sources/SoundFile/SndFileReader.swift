import CSndFile
import PCM

/// Reads what libsndfile knows, from a file or a pipe.
///
/// Corresponds to `sf_open_virtual`; Sound Designer II, whose header is a second file, to
/// `sf_open`. One thread at a time.
@safe final class SndFileReader {
  let facts: SndFileFacts

  private let source: ByteSource?
  private let handle: OpaquePointer
  private let transfer: SndFileTransfer
  private var scratch: [Int32] = []
  private var isDrained = false

  /// Opens `source`, as headerless data where `raw` says so. A pipe must be at its beginning.
  init(_ source: ByteSource, raw: RawDescription? = nil) throws(AudioFileError) {
    var info = SF_INFO()
    if let raw { info = try raw.sndFileInfo() }
    source.cursor = 0
    source.service = .whole
    var functions = ByteSource.callbacks
    let context = unsafe Unmanaged.passUnretained(source).toOpaque()
    let opened = unsafe sf_open_virtual(&functions, CInt(SFM_READ), &info, context)
    do throws(AudioFileError) {
      try source.throwFailure()
      unsafe facts = try SndFileFacts(opened, info, isStream: !source.isSeekable)
    } catch {
      if let opened = unsafe opened { unsafe sf_close(opened) }
      throw error
    }
    guard let opened = unsafe opened else { throw .malformed(openingComplaint()) }
    unsafe handle = opened
    self.source = source
    transfer = SndFileTransfer(facts.format)
    source.isOpening = false
    source.service = transfer.service(facts)
  }

  /// Opens a file by its path, with whatever lies beside it.
  init(path: String) throws(AudioFileError) {
    var info = SF_INFO()
    let opened = unsafe sf_open(path, CInt(SFM_READ), &info)
    do throws(AudioFileError) {
      unsafe facts = try SndFileFacts(opened, info, isStream: false)
    } catch {
      if let opened = unsafe opened { unsafe sf_close(opened) }
      throw error
    }
    guard let opened = unsafe opened else { throw .malformed(openingComplaint()) }
    unsafe handle = opened
    source = nil
    transfer = SndFileTransfer(facts.format)
  }

  deinit { unsafe sf_close(handle) }

  var trailingByteCount: Int { source?.trailingByteCount ?? 0 }

  /// Whole frames into the caller's bytes; 0 at the end.
  func read(into target: UnsafeMutableRawBufferPointer) throws(AudioFileError) -> Int {
    let frames = target.count / facts.frameSize
    guard frames > 0, let base = target.baseAddress else { return 0 }
    let count =
      unsafe transfer.isDirect(base) ? readDirectly(base, frames) : readThroughScratch(base, frames)
    try source?.throwFailure()
    if count == 0, !isDrained {
      isDrained = true
      try source?.drain()
    }
    return count
  }

  /// Moves to a frame; false where this codec can only be read from its beginning.
  func seek(toFrame frame: Int) throws(AudioFileError) -> Bool {
    guard facts.canSeek else { return false }
    let reached = unsafe sf_seek(handle, sf_count_t(frame), CInt(SEEK_SET))
    try source?.throwFailure()
    return reached == frame
  }

  private func readDirectly(_ base: UnsafeMutableRawPointer, _ frames: Int) -> Int {
    let count = sf_count_t(frames)
    switch transfer {
    case .raw:
      let bytes = unsafe sf_read_raw(handle, base, count * sf_count_t(facts.frameSize))
      return Int(bytes) / facts.frameSize
    case .short:
      return unsafe Int(sf_readf_short(handle, base.assumingMemoryBound(to: Int16.self), count))
    case .float:
      return unsafe Int(sf_readf_float(handle, base.assumingMemoryBound(to: Float.self), count))
    case .integer:
      return unsafe Int(sf_readf_int(handle, base.assumingMemoryBound(to: Int32.self), count))
    }
  }

  /// Through 32-bit words: for depths libsndfile has no function for, and for bytes that lie
  /// where its functions must not write.
  private func readThroughScratch(_ base: UnsafeMutableRawPointer, _ frames: Int) -> Int {
    let block = 4096
    let width = transfer.width(facts)
    if scratch.isEmpty {
      scratch = Array(repeating: 0, count: block * facts.channelCount * max(1, width / 4))
    }
    var done = 0
    while done < frames {
      let wanted = min(block, frames - done)
      let target = unsafe base + done * facts.frameSize
      let count = unsafe scratch.withUnsafeMutableBytes { words in
        guard let start = words.baseAddress else { return 0 }
        let count = unsafe readDirectly(start, wanted)
        let samples = count * facts.channelCount
        if case .integer(let byteCount) = transfer {
          unsafe packHighBytes(of: start, count: samples, byteCount: byteCount, into: target)
        } else {
          unsafe target.copyMemory(from: start, byteCount: count * facts.frameSize)
        }
        return count
      }
      done += count
      if count < wanted { break }
    }
    return done
  }
}
