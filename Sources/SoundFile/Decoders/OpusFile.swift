import COpusFile

/// An open stream of libopusfile. Corresponds to `OggOpusFile`.
@safe final class OpusFile {
  /// Frames that stay in `samples` until more are decoded.
  struct Block {
    let count: Int
    let stream: Int
    /// The first frame's position in its stream, or in the file after a seek.
    let position: Int
  }

  enum Result {
    case block(Block)
    case damage(reason: String)
    case end
  }

  /// The last block, interleaved.
  private(set) var samples: [Float]

  private let cursor: ByteCursor
  private let handle: OpaquePointer
  private let slow: SlowOpus

  /// Opens the data of a cursor. Corresponds to `op_open_callbacks`.
  init(_ cursor: ByteCursor, canSeek: Bool = false) throws(AudioFileError) {
    self.cursor = cursor
    // 120 ms, the longest packet.
    samples = []
    var functions = unsafe OpusFileCallbacks(
      read: { context, target, count in
        let room = unsafe UnsafeMutableRawBufferPointer(start: target, count: Int(count))
        return unsafe CInt(ByteCursor.at(context)?.read(into: room) ?? 0)
      },
      seek: canSeek
        ? { context, offset, whence in
          (unsafe ByteCursor.at(context)?.seek(by: Int(offset), whence) ?? -1) < 0 ? -1 : 0
        } : nil,
      tell: canSeek ? { context in Int64(unsafe ByteCursor.at(context)?.offset ?? -1) } : nil,
      close: nil)
    var status: CInt = 0
    let opened = unsafe op_open_callbacks(cursor.context, &functions, nil, 0, &status)
    do throws(AudioFileError) {
      try cursor.throwFailure()
    } catch {
      unsafe op_free(opened)
      throw error
    }
    guard let opened = unsafe opened else { throw .malformed("opus header is damaged") }
    unsafe handle = opened
    slow = unsafe SlowOpus(opened)
    unsafe op_set_decode_callback(handle, SlowOpus.decode, slow.context)
  }

  deinit { unsafe op_free(handle) }

  private var head: OpusHead? { unsafe op_head(handle, -1).map { unsafe $0.pointee } }

  /// Frames per second, in Hz: the original rate, if Opus can decode at it.
  var rate: Int { Self.rate(head) }

  static func rate(_ head: OpusHead?) -> Int {
    switch head?.input_sample_rate ?? 0 {
    case 8000: 8000
    case 12_000: 12_000
    case 16_000: 16_000
    case 24_000: 24_000
    default: 48_000
    }
  }

  /// Channels of the current stream.
  var channelCount: Int { Int(head?.channel_count ?? 0) }

  /// Whether its channels have no particular speakers; only mapping family 1 defines them, and
  /// their order.
  var isDiscrete: Bool { (head?.mapping_family ?? 0) > 1 }

  /// Its texts.
  var tags: AudioFileTags {
    var tags = AudioFileTags()
    guard let found = unsafe op_tags(handle, -1) else { return tags }
    for index in 0..<Int(unsafe found.pointee.comments) {
      unsafe tags.add(
        comment: UnsafeRawBufferPointer(
          start: found.pointee.user_comments[index],
          count: Int(found.pointee.comment_lengths[index])))
    }
    return tags
  }

  /// Corresponds to `op_read_float`.
  func decode() throws(AudioFileError) -> Result {
    while true {
      let room = 5760 * max(1, channelCount)
      if samples.count < room { samples = [Float](repeating: 0, count: room) }
      var stream: CInt = 0
      let count = Int(unsafe op_read_float(handle, &samples, CInt(samples.count), &stream))
      try cursor.throwFailure()
      if count == 0 { return .end }
      guard count > 0 else { return .damage(reason: Self.reason(CInt(count))) }
      let position = unsafe Int(op_pcm_tell(handle)) - count
      if let block = thinned(count, position, Int(stream)) { return .block(block) }
    }
  }

  /// Keeps one of the repeated frames.
  private func thinned(_ count: Int, _ position: Int, _ stream: Int) -> Block? {
    let (step, channels) = (48_000 / rate, channelCount)
    guard step > 1 else { return Block(count: count, stream: stream, position: position) }
    let skipped = Int(head?.pre_skip ?? 0)
    let first = (step - (position + skipped) % step) % step
    guard first < count else { return nil }
    let kept = (count - first + step - 1) / step
    for frame in 0..<kept {
      for channel in 0..<channels {
        samples[frame * channels + channel] = samples[(first + frame * step) * channels + channel]
      }
    }
    return Block(count: kept, stream: stream, position: (position + first) / step)
  }

  /// Corresponds to `op_pcm_seek`.
  func seek(toFrame frame: Int) throws(AudioFileError) -> Bool {
    slow.reset()
    let status = unsafe op_pcm_seek(handle, Int64(frame * (48_000 / rate)))
    try cursor.throwFailure()
    return status == 0
  }

  /// Frames at 48 kHz of all streams in a file that can seek, or nil if their formats differ or they
  /// cannot be found.
  var frameCount: Int? {
    let first = unsafe op_head(handle, 0).map { unsafe $0.pointee }
    for link in 0..<(unsafe op_link_count(handle)) {
      let head = unsafe op_head(handle, link).map { unsafe $0.pointee }
      guard Self.rate(head) == Self.rate(first), head?.channel_count == first?.channel_count else {
        return nil
      }
    }
    let total = unsafe op_pcm_total(handle, -1)
    return total >= 0 ? Int(total) : nil
  }

  private static func reason(_ status: CInt) -> String {
    switch status {
    case OP_HOLE: "lost sync"
    case OP_EBADPACKET: "damaged packet"
    case OP_EBADTIMESTAMP: "wrong time of a page"
    default: "damaged header of a stream"
    }
  }
}
