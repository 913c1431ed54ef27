public import PCM

extension AudioFile {
  /// Reads whole frames as samples, converted from the file's encoding, and returns how many frames
  /// there were, or 0 at the end.
  ///
  /// A file fills the space; a pipe of plain samples may return after any frame. Floating point
  /// beyond ±1 is clipped if `S` is an integer. Corresponds to `sf_readf_float`, `sf_readf_short`
  /// and so on.
  ///
  /// - Parameter samples: Room for frames × channels, interleaved, one frame at least. A frame that
  ///   does not fit wholly stays in the file.
  public func read<S: Sample>(into samples: inout MutableSpan<S>) throws(AudioFileError) -> Int {
    let room = samples.count / channelCount
    precondition(room > 0, "room for one frame at least")
    let target = SampleEncoding(S.format)
    var bytes = unsafe samples.mutableBytes
    guard encoding != target else {
      var part = bytes._mutatingExtracting(..<(room * bytesPerFrame))
      return try read(into: &part)
    }
    var raw = [UInt8](repeating: 0, count: room * bytesPerFrame)
    var source = raw.mutableSpan
    var sourceBytes = unsafe source.mutableBytes
    let count = try read(into: &sourceBytes)
    var converter = SampleConverter(from: encoding, to: target, dither: false)
    unsafe converter.convert(raw.span.bytes.extracting(first: count * bytesPerFrame), into: &bytes)
    return count
  }

  /// Reads frames as samples into a new buffer, up to the end of the sound.
  ///
  /// ```swift
  /// let sound = try AudioFile(path: "bell.flac").read(as: Float.self)
  /// ```
  ///
  /// - Parameters:
  ///   - type: The sample type. Floating point beyond ±1 is clipped if it is an integer.
  ///   - maxFrameCount: The maximum number of frames; nil for all. Fewer only at the end.
  /// - Returns: Frames × channels with the file's sample rate; no frames at the end.
  public func read<S: Sample>(as type: S.Type, maxFrameCount: Int? = nil) throws(AudioFileError)
    -> SampleBuffer<S>
  {
    var buffer = SampleBuffer<S>(
      frameCount: 0, channelCount: channelCount, sampleRate: sampleRate)
    // A header may promise any length: the buffer grows with what is there.
    while true {
      let done = buffer.frameCount
      let wanted = min(transferFrameCount, (maxFrameCount ?? .max) - done)
      guard wanted > 0 else { return buffer }
      let start = buffer.samples.count
      buffer.samples += repeatElement(.silence, count: wanted * channelCount)
      var space = buffer.samples.mutableSpan
      var part = space._mutatingExtracting(start...)
      let count: Int
      do throws(AudioFileError) { count = try read(into: &part) } catch {
        buffer.samples.removeLast(wanted * channelCount)
        throw error
      }
      buffer.samples.removeLast((wanted - count) * channelCount)
      if count == 0 { return buffer }
    }
  }
}

extension AudioFileWriter {
  /// Writes samples, converted to the file's encoding, all of them before it returns.
  ///
  /// Floating point beyond ±1 is clipped in an integer file, and counted in ``clippedCount``.
  ///
  /// - Parameters:
  ///   - buffer: Frames × channels, with the file's number of channels and, if the buffer's rate is
  ///     known, its sample rate.
  ///   - dither: Whether to add noise of ±1 least significant bit where the file has fewer bits.
  /// - Throws: `unsupported` for other channels or another rate; otherwise the errors of writing
  ///   bytes.
  public mutating func write<S: Sample>(_ buffer: SampleBuffer<S>, dither: Bool = false)
    throws(AudioFileError)
  {
    guard buffer.channelCount == channelCount,
      buffer.samples.count.isMultiple(of: channelCount)
    else {
      throw .unsupported("a buffer of \(buffer.channelCount) channels in a file of \(channelCount)")
    }
    if let rate = buffer.sampleRate, rate != sampleRate {
      throw .unsupported("a buffer at \(rate) Hz in a file at \(sampleRate) Hz")
    }
    let source = SampleEncoding(S.format)
    guard encoding != source else { return unsafe try write(buffer.samples.span.bytes) }
    // The seed differs from write to write, so that the noise does not repeat.
    var converter = SampleConverter(
      from: source, to: encoding, dither: dither, seed: UInt64(frameCount))
    let step = transferFrameCount * channelCount
    var done = 0
    while done < buffer.samples.count {
      let count = min(step, buffer.samples.count - done)
      var raw = [UInt8](repeating: 0, count: count * encoding.byteCount)
      var target = raw.mutableSpan
      var targetBytes = unsafe target.mutableBytes
      let part = buffer.samples.span.extracting(done..<(done + count))
      unsafe converter.convert(part.bytes, into: &targetBytes)
      unsafe try write(raw.span.bytes)
      done += count
    }
    clippedCount += converter.clippedCount
  }
}

/// The maximum number of frames converted at a time.
private let transferFrameCount = 65_536
