import CFLAC
import PCM

/// libFLAC's callbacks: they read its input, and take its frames and errors.
@safe final class FLACSink {
  let cursor: ByteCursor
  private(set) var info: FLAC__StreamMetadata_StreamInfo?
  private(set) var tags = AudioFileTags()
  /// The destination of frames while decoding.
  var queue: FrameQueue?
  /// The error since the last good frame.
  var reason: String?
  /// Whether the next frame is one that libFLAC has filled with zeros.
  private var isZeroed = false
  private var endOfFrame: Int?
  /// Where the last frame of sound ended.
  private(set) var end = 0

  init(_ cursor: ByteCursor) { self.cursor = cursor }

  /// Where the current stream of a chain starts.
  var base = 0

  /// Starts over with another stream.
  func beginStream(at base: Int) {
    (info, tags, self.base) = (nil, AudioFileTags(), base)
    forget()
  }

  /// Counts from 0 again, for another reader.
  func beginFormat() { (base, end) = (0, 0) }

  /// Starts over, as after a seek.
  func forget() {
    (reason, isZeroed, endOfFrame) = (nil, false, nil)
  }

  /// The bytes that hold the depth.
  var encoding: SampleEncoding {
    switch info?.bits_per_sample ?? 0 {
    case ...8: .s8
    case ...16: SampleEncoding(.int16)
    case ...24: SampleEncoding(.int24)
    default: SampleEncoding(.int32)
    }
  }

  func noteFrameEnd(_ decoder: UnsafeMutablePointer<FLAC__StreamDecoder>) {
    var position: FLAC__uint64 = 0
    let isKnown = unsafe FLAC__stream_decoder_get_decode_position(decoder, &position) != 0
    endOfFrame = isKnown ? Int(clamping: position) : nil
  }

  /// Whether there are bytes after the last frame.
  var hasRest: Bool { endOfFrame.map { $0 < cursor.offset } ?? false }

  private func take(
    _ frame: FLAC__Frame, _ channels: UnsafePointer<UnsafePointer<FLAC__int32>?>
  ) {
    guard let info, let queue else { return }
    let header = frame.header
    let count = Int(header.blocksize)
    guard header.channels == info.channels, header.sample_rate == info.sample_rate,
      header.bits_per_sample == info.bits_per_sample
    else {
      reason =
        reason ?? "changes to \(header.channels) channels of \(header.bits_per_sample) bits"
        + " at \(header.sample_rate) Hz"
      return
    }
    if let reason {
      // Zeros replace frames that could not be decoded; the next frame reveals how many.
      if isZeroed || Self.isSilent(frame, info.channels) {
        isZeroed = false
        return
      }
      queue.append(.damage(reason: reason))
      self.reason = nil
    }
    let number = unsafe Int(clamping: header.number.sample_number)
    let (position, isTooFar) = number.addingReportingOverflow(base)
    end = isTooFar ? end : position + count
    let shift = Int32(8 * encoding.byteCount) - Int32(info.bits_per_sample)
    let (channelCount, byteCount) = (Int(info.channels), encoding.byteCount)
    unsafe queue.append(frames: count, position: isTooFar ? nil : position) { target in
      for channel in 0..<channelCount {
        guard let samples = unsafe channels[channel] else { continue }
        unsafe interleave(
          samples, count, shift, byteCount, into: target + channel * byteCount,
          stride: channelCount)
      }
    }
  }

  /// Whether a frame is one that libFLAC invents for missing ones.
  private static func isSilent(_ frame: FLAC__Frame, _ channelCount: UInt32) -> Bool {
    guard frame.footer.crc == 0 else { return false }
    return unsafe withUnsafePointer(to: frame.subframes) { subframes in
      unsafe subframes.withMemoryRebound(to: FLAC__Subframe.self, capacity: 8) { subframes in
        (0..<Int(channelCount)).allSatisfy { channel in
          let subframe = unsafe subframes[channel]
          return unsafe subframe.type == FLAC__SUBFRAME_TYPE_CONSTANT
            && subframe.data.constant.value == 0
        }
      }
    }
  }

  // MARK: Callbacks

  private static func at(_ context: UnsafeMutableRawPointer?) -> FLACSink? {
    unsafe context.map { unsafe Unmanaged<FLACSink>.fromOpaque($0).takeUnretainedValue() }
  }

  static let read: FLAC__StreamDecoderReadCallback = { _, target, count, context in
    guard let sink = unsafe FLACSink.at(context), let count = unsafe count else {
      return FLAC__STREAM_DECODER_READ_STATUS_ABORT
    }
    let room = unsafe UnsafeMutableRawBufferPointer(start: target, count: count.pointee)
    let read = unsafe sink.cursor.read(into: room)
    unsafe count.pointee = read
    return read > 0
      ? FLAC__STREAM_DECODER_READ_STATUS_CONTINUE
      : FLAC__STREAM_DECODER_READ_STATUS_END_OF_STREAM
  }

  static let seek: FLAC__StreamDecoderSeekCallback = { _, offset, context in
    let reached = unsafe FLACSink.at(context)?.cursor.seek(by: Int(clamping: offset), 0) ?? -1
    return reached >= 0
      ? FLAC__STREAM_DECODER_SEEK_STATUS_OK : FLAC__STREAM_DECODER_SEEK_STATUS_ERROR
  }

  static let tell: FLAC__StreamDecoderTellCallback = { _, offset, context in
    guard let sink = unsafe FLACSink.at(context) else {
      return FLAC__STREAM_DECODER_TELL_STATUS_ERROR
    }
    unsafe offset?.pointee = FLAC__uint64(sink.cursor.offset)
    return FLAC__STREAM_DECODER_TELL_STATUS_OK
  }

  static let length: FLAC__StreamDecoderLengthCallback = { _, length, context in
    guard let byteCount = unsafe FLACSink.at(context)?.cursor.source.byteCount else {
      return FLAC__STREAM_DECODER_LENGTH_STATUS_UNSUPPORTED
    }
    unsafe length?.pointee = FLAC__uint64(byteCount)
    return FLAC__STREAM_DECODER_LENGTH_STATUS_OK
  }

  static let isAtEnd: FLAC__StreamDecoderEofCallback = { _, context in
    (unsafe FLACSink.at(context)?.cursor.isAtEnd ?? true) ? 1 : 0
  }

  static let write: FLAC__StreamDecoderWriteCallback = { _, frame, channels, context in
    if let sink = unsafe FLACSink.at(context), let frame = unsafe frame,
      let channels = unsafe channels
    {
      unsafe sink.take(frame.pointee, channels)
    }
    return FLAC__STREAM_DECODER_WRITE_STATUS_CONTINUE
  }

  static let metadata: FLAC__StreamDecoderMetadataCallback = { _, block, context in
    guard let sink = unsafe FLACSink.at(context), let block = unsafe block else { return }
    switch unsafe block.pointee.type {
    case FLAC__METADATA_TYPE_STREAMINFO:
      sink.info = unsafe block.pointee.data.stream_info
    case FLAC__METADATA_TYPE_VORBIS_COMMENT:
      let comments = unsafe block.pointee.data.vorbis_comment
      for index in 0..<Int(unsafe comments.num_comments) {
        let comment = unsafe comments.comments[index]
        unsafe sink.tags.add(
          comment: UnsafeRawBufferPointer(start: comment.entry, count: Int(comment.length)))
      }
    case FLAC__METADATA_TYPE_PICTURE:
      let picture = unsafe block.pointee.data.picture
      unsafe sink.tags.pictures.append(
        Picture(
          kind: Int(picture.type.rawValue), mimeType: String(cString: picture.mime_type),
          caption: String(
            decodingCString: UnsafePointer(picture.description), as: UTF8.self),
          width: Int(picture.width), height: Int(picture.height), depth: Int(picture.depth),
          colorCount: Int(picture.colors),
          data: Array(UnsafeBufferPointer(start: picture.data, count: Int(picture.data_length)))))
    default: break
    }
  }

  static let error: FLAC__StreamDecoderErrorCallback = { _, status, context in
    guard let sink = unsafe FLACSink.at(context) else { return }
    sink.isZeroed = status == FLAC__STREAM_DECODER_ERROR_STATUS_FRAME_CRC_MISMATCH
    let words =
      switch status {
      case FLAC__STREAM_DECODER_ERROR_STATUS_FRAME_CRC_MISMATCH: "wrong checksum of a frame"
      case FLAC__STREAM_DECODER_ERROR_STATUS_BAD_HEADER: "damaged header of a frame"
      case FLAC__STREAM_DECODER_ERROR_STATUS_UNPARSEABLE_STREAM: "a frame of an unknown kind"
      default: "lost sync"
      }
    sink.reason = sink.reason ?? words
  }
}

/// Interleaves the samples of one channel into frames, aligned to the high bits.
private func interleave(
  _ samples: UnsafePointer<Int32>, _ count: Int, _ shift: Int32, _ byteCount: Int,
  into target: UnsafeMutableRawPointer, stride: Int
) {
  switch byteCount {
  case 2:
    let target = unsafe target.assumingMemoryBound(to: Int16.self)
    for index in 0..<count {
      unsafe target[index &* stride] = Int16(truncatingIfNeeded: samples[index] &<< shift)
    }
  case 4:
    let target = unsafe target.assumingMemoryBound(to: Int32.self)
    for index in 0..<count { unsafe target[index &* stride] = samples[index] &<< shift }
  case 3:
    let target = unsafe target.assumingMemoryBound(to: UInt8.self)
    let (first, last) = SampleEncoding(.int24) == .s24le ? (0, 2) : (2, 0)
    for index in 0..<count {
      let sample = unsafe samples[index] &<< shift
      let place = 3 &* index &* stride
      unsafe target[place &+ first] = UInt8(truncatingIfNeeded: sample)
      unsafe target[place &+ 1] = UInt8(truncatingIfNeeded: sample &>> 8)
      unsafe target[place &+ last] = UInt8(truncatingIfNeeded: sample &>> 16)
    }
  default:
    let target = unsafe target.assumingMemoryBound(to: Int8.self)
    for index in 0..<count {
      unsafe target[index &* stride] = Int8(truncatingIfNeeded: samples[index] &<< shift)
    }
  }
}
