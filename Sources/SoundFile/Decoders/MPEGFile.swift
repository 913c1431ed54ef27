import CMpg123
import PCM
import Platform

/// An open stream of libmpg123. Corresponds to `mpg123_handle`.
@safe final class MPEGFile {
  /// The properties in which all frames of a stream agree.
  struct Format: Equatable {
    let sampleRate: Int
    let channelCount: Int
  }

  /// A decoded frame.
  struct Block {
    let samples: [Float]
    let format: Format
    /// Whether its format differs from the previous frame's.
    let isChanged: Bool
    /// Its offset and length in bytes.
    let offset: Int
    let byteCount: Int
  }

  enum Result {
    case block(Block)
    case damage(reason: String)
    case end
  }

  /// The bytes after the last frame.
  var trail = MPEGTrail()

  private let cursor: ByteCursor
  private let handle: OpaquePointer
  private var format = Format(sampleRate: 0, channelCount: 0)
  /// The offset of the last failure, which must not be reached again.
  private var failedAt = -1

  /// Finds the first frame. Corresponds to `mpg123_open_handle`.
  init(_ source: ByteSource) throws(AudioFileError) {
    cursor = ByteCursor(source)
    guard let handle = unsafe Self.takeHandle() else { throw .malformed("out of memory") }
    unsafe self.handle = handle
    unsafe cursor.watch = { [unowned self] bytes, offset in unsafe trail.see(bytes, at: offset) }
    // Do not ask for the end: the length is the file's own claim, or unknown.
    let (file, pipe) = (MPG123_FORCE_SEEKABLE.rawValue, MPG123_SEEKBUFFER.rawValue)
    let isSeekable = source.isSeekable
    let flags =
      MPG123_QUIET.rawValue | MPG123_GAPLESS.rawValue | MPG123_FORCE_FLOAT.rawValue
      | MPG123_NO_PEEK_END.rawValue | MPG123_PICTURE.rawValue | (isSeekable ? file : pipe)
    let others = MPG123_AUTO_RESAMPLE.rawValue | (isSeekable ? pipe : file)
    unsafe mpg123_param(handle, MPG123_ADD_FLAGS, CLong(flags), 0)
    unsafe mpg123_param(handle, MPG123_REMOVE_FLAGS, CLong(others), 0)
    unsafe mpg123_param(handle, MPG123_RESYNC_LIMIT, -1, 0)
    unsafe mpg123_replace_reader_handle(
      handle,
      { context, target, count in
        let room = unsafe UnsafeMutableRawBufferPointer(start: target, count: count)
        return unsafe ByteCursor.at(context)?.read(into: room) ?? 0
      },
      { context, offset, whence in
        whence == 2 ? -1 : (unsafe ByteCursor.at(context)?.seek(by: Int(offset), whence) ?? -1)
      }, nil)
    unsafe mpg123_open_handle(handle, cursor.context)
    guard try findFormat() else { throw .malformed("no MPEG frame in it") }
  }

  deinit { unsafe Self.returnHandle(handle) }

  /// A closed handle to open again: to make one, libmpg123 asks the processor for its features,
  /// which in a virtual machine takes longer than to read a header.
  private static let spare = unsafe Monitor<OpaquePointer?>(nil)

  private static func takeHandle() -> OpaquePointer? {
    unsafe spare.withLock { unsafe $0.take() } ?? mpg123_new(nil, nil)
  }

  private static func returnHandle(_ handle: OpaquePointer) {
    unsafe mpg123_close(handle)
    let isKept = unsafe spare.withLock { spare in
      guard unsafe spare == nil else { return false }
      unsafe spare = handle
      return true
    }
    if !isKept { unsafe mpg123_delete(handle) }
  }

  /// The number of frames in the file's own index; nil if there is none, or it does not count all.
  func frameCount() throws(AudioFileError) -> Int? {
    let count = Int(unsafe mpg123_length(handle))
    guard count > 0 else { return nil }
    let start = Int(unsafe mpg123_framepos(handle))
    guard cursor.source.isSeekable else { return count }
    return try XingFrame.isFollowed(in: cursor.source, before: start) ? nil : count
  }

  /// Frames of sound per frame of the codec.
  var framesTogether: Int { Int(unsafe mpg123_spf(handle)) }

  func facts(frameCount: Int?, canSeek: Bool) throws(AudioFileError) -> SoundFacts {
    var info = mpg123_frameinfo()
    unsafe mpg123_info(handle, &info)
    let codec: AudioCodec =
      switch info.layer {
      case 1: .mpegLayer1
      case 2: .mpegLayer2
      default: .mpegLayer3
      }
    return unsafe try SoundFacts(
      format: AudioFileFormat(.mp3, codec: codec), sampleRate: Double(format.sampleRate),
      channelCount: format.channelCount, frameCount: frameCount, canSeek: canSeek,
      tags: MPEGTags.of(handle, cursor.source)
    ).checked()
  }

  /// Corresponds to `mpg123_decode_frame`.
  func decode() throws(AudioFileError) -> Result {
    var isChanged = false
    while true {
      var number: off_t = 0
      var bytes: UnsafeMutablePointer<UInt8>?
      var byteCount = 0
      let status = unsafe mpg123_decode_frame(handle, &number, &bytes, &byteCount)
      try cursor.throwFailure()
      switch status {
      case MPG123_OK.rawValue:
        guard byteCount > 0, let bytes = unsafe bytes else { continue }
        return unsafe .block(block(bytes, byteCount, isChanged))
      case MPG123_NEW_FORMAT.rawValue:
        let before = format
        if try findFormat(), format != before { isChanged = true }
      case MPG123_DONE.rawValue, MPG123_NEED_MORE.rawValue:
        return .end
      default:
        if cursor.isAtEnd || failedAt == cursor.offset { return .end }
        failedAt = cursor.offset
        return .damage(reason: "a frame that cannot be decoded")
      }
    }
  }

  /// Corresponds to `mpg123_seek`.
  func seek(toFrame frame: Int) throws(AudioFileError) -> Bool {
    let reached = unsafe mpg123_seek(handle, off_t(frame), 0)
    try cursor.throwFailure()
    trail.restart(at: cursor.offset)
    return reached == frame
  }

  private func block(
    _ bytes: UnsafeMutablePointer<UInt8>, _ byteCount: Int, _ isChanged: Bool
  ) -> Block {
    var info = mpg123_frameinfo()
    unsafe mpg123_info(handle, &info)
    let samples = unsafe UnsafeRawBufferPointer(start: bytes, count: byteCount)
    return unsafe Block(
      samples: Array(samples.bindMemory(to: Float.self)), format: format, isChanged: isChanged,
      offset: Int(mpg123_framepos(handle)), byteCount: Int(info.framesize))
  }

  private func findFormat() throws(AudioFileError) -> Bool {
    var (rate, channelCount, encoding) = (CLong(0), CInt(0), CInt(0))
    let status = unsafe mpg123_getformat(handle, &rate, &channelCount, &encoding)
    try cursor.throwFailure()
    guard status == MPG123_OK.rawValue, channelCount > 0 else { return false }
    format = Format(sampleRate: Int(rate), channelCount: Int(channelCount))
    return true
  }
}

extension SoundFacts {
  var mpegFormat: MPEGFile.Format {
    MPEGFile.Format(sampleRate: Int(sampleRate), channelCount: channelCount)
  }
}
