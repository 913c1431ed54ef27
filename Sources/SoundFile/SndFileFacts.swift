import CSndFile
import PCM
import Platform

/// libsndfile's facts about an open file.
struct SndFileFacts {
  let format: AudioFileFormat
  let sampleRate: Double
  let channelCount: Int
  var frameCount: Int?
  let canSeek: Bool
  let tags: AudioFileTags
  let layout: ChannelLayout?

  var encoding: SampleEncoding { format.deliveredEncoding }
  var bytesPerFrame: Int { channelCount * encoding.byteCount }

  init(_ handle: OpaquePointer, _ info: SF_INFO, isStream: Bool) throws(AudioFileError) {
    let isSwapped =
      unsafe sf_command(handle, CInt(SFC_RAW_DATA_NEEDS_ENDSWAP), nil, 0) == CInt(SF_TRUE)
    let isNativeBig = SampleEncoding(.int16) == .s16be
    let major = info.format & CInt(SF_FORMAT_TYPEMASK)
    let sub = info.format & CInt(SF_FORMAT_SUBMASK)
    guard let codec = AudioCodec(subFormat: sub, isBigEndian: isNativeBig),
      let type = AudioFileType(majorFormat: major, codec: codec)
    else { throw .unrecognized("is of a type this program cannot name") }
    let native = AudioFileFormat(type, codec: codec)
    if !native.isPacked, isSwapped,
      let swapped = AudioCodec(subFormat: sub, isBigEndian: !isNativeBig)
    {
      format = AudioFileFormat(type, codec: swapped)
    } else {
      format = native
    }
    sampleRate = Double(info.samplerate)
    channelCount = Int(info.channels)
    let frames = Int(info.frames)
    // An AIFF from a pipe says 0x7F000000 bytes, in frames.
    let isPlaceholder =
      isStream && type == .aiff
      && (frames + 1) * channelCount * format.deliveredEncoding.byteCount
        > WAVHeader.unknownLength
    let endless = isStream ? Self.endlessFrames(format) : Int.max
    frameCount = frames < endless && !isPlaceholder ? frames : nil
    canSeek = !isStream && info.seekable != 0 && format.framesTogether == 1
    var tags = AudioFileTags()
    for key in AudioFileTags.Key.allCases {
      if let text = unsafe sf_get_string(handle, key.sndFileNumber) {
        unsafe tags[key] = String(cString: text)
      }
    }
    self.tags = tags
    // FLAC assigns these speakers to a channel count, and so do Vorbis and Opus once permuted.
    layout =
      switch type {
      case .flac, .ogg, .opus, .mp3: .standard(channelCount)
      default: unsafe ChannelLayout(handle, channelCount: channelCount)
      }
    _ = try PlainLayout(
      type: type, encoding: format.deliveredEncoding, sampleRate: sampleRate,
      channelCount: channelCount, dataStart: 0
    ).checked()
  }

  /// Frame counts at or above this come from `ByteSource.endlessLength`, not from a header.
  private static func endlessFrames(_ format: AudioFileFormat) -> Int {
    format.decodesBlocks ? ByteSource.countableLength >> 6 : ByteSource.anyLength >> 13
  }
}

/// Calls `sf_open` or `sf_open_virtual`; one thread at a time, because libsndfile keeps the reason
/// for a failure in one place for all.
///
/// - Returns: The open file, or why there is none, in our words.
func openWithSndFile(_ open: () -> OpaquePointer?) -> (file: OpaquePointer?, failure: String) {
  unsafe opening.withLock { _ in
    let file = unsafe open()
    if unsafe file != nil { return unsafe (file, "") }
    let failure =
      switch sf_error(nil) {
      case CInt(SF_ERR_UNRECOGNISED_FORMAT): "no sound file that is known"
      case CInt(SF_ERR_UNSUPPORTED_ENCODING): "holds a codec that is not read here"
      default: "its header is damaged, or holds a codec that is not read here"
      }
    return (nil, failure)
  }
}

private let opening = Monitor(())
