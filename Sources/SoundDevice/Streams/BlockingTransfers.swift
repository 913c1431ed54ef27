internal import PCM
internal import Platform

/// Whole frames, read and written by a thread that waits.
extension StreamSession {
  /// Reads `frameCount` frames as bytes.
  func readBytes(
    frameCount: Int, timeout: Double?, interrupted: () -> Bool = { false }
  ) throws(PortAudioError) -> [UInt8] {
    let bytesPerFrame = resolved.input?.bytesPerFrame ?? 0
    try PortAudioError.checkMemory(frameCount, bytesPerFrame: bytesPerFrame, "reading stream")
    var bytes = [UInt8](repeating: 0, count: frameCount * bytesPerFrame)
    var span = bytes.mutableSpan
    var target = unsafe span.mutableBytes
    try fill(&target, timeout: timeout, interrupted: interrupted)
    return bytes
  }

  /// Reads until `target` is full.
  func fill(
    _ target: inout MutableRawSpan, timeout: Double?, interrupted: () -> Bool = { false }
  ) throws(PortAudioError) {
    let bytesPerFrame = max(1, resolved.input?.bytesPerFrame ?? 1)
    guard target.byteCount % bytesPerFrame == 0 else {
      throw PortAudioError(.partialFrame, "reading stream")
    }
    var failure: PortAudioError?
    unsafe target.withUnsafeMutableBytes { bytes in
      do throws(PortAudioError) {
        _ = unsafe try read(
          into: bytes, minimum: bytes.count / bytesPerFrame, isWhole: true, timeout: timeout,
          interrupted: interrupted)
      } catch { failure = error }
    }
    if let failure { throw failure }
  }

  /// Writes all of `source`; returns the underflow before it.
  func send(_ source: RawSpan, timeout: Double?) throws(PortAudioError) -> CallbackFlags {
    guard source.byteCount % max(1, resolved.output?.bytesPerFrame ?? 1) == 0 else {
      throw PortAudioError(.partialFrame, "writing stream")
    }
    let flags = takeOutputFlags()
    var failure: PortAudioError?
    unsafe source.withUnsafeBytes { bytes in
      do throws(PortAudioError) { _ = unsafe try write(bytes, timeout: timeout) } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return flags
  }

  /// Throws unless the buffer has whole frames, and channels and rate of the output.
  func check<S: Sample>(_ buffer: SampleBuffer<S>) throws(PortAudioError) {
    // A stream without output refuses the writing itself.
    guard buffer.channelCount == resolved.output?.channelCount ?? buffer.channelCount else {
      throw PortAudioError(.invalidChannelCount, "writing stream")
    }
    guard
      buffer.sampleRate ?? resolved.configuration.sampleRate == resolved.configuration.sampleRate
    else { throw PortAudioError(.invalidSampleRate, "writing stream") }
    try PortAudioError.checkFrames(buffer, "writing stream")
  }

  /// Takes the input flags since the last call.
  func takeInputFlags() -> CallbackFlags {
    rings?.takeFlags([.inputOverflow, .inputUnderflow]) ?? []
  }

  /// Takes the output flags since the last call.
  func takeOutputFlags() -> CallbackFlags { rings?.takeFlags([.outputUnderflow]) ?? [] }
}

extension PortAudioError {
  /// Throws for an impossible number of frames: negative, or more than this machine's memory.
  static func checkMemory(_ frameCount: Int, bytesPerFrame: Int, _ operation: String)
    throws(PortAudioError)
  {
    guard frameCount >= 0 else { throw PortAudioError(.bufferTooSmall, operation) }
    let (byteCount, overflows) = frameCount.multipliedReportingOverflow(by: bytesPerFrame)
    guard !overflows, byteCount <= machineMemory else {
      throw PortAudioError(.bufferTooBig, operation)
    }
  }
}

extension PortAudioError {
  /// Throws if the samples are not whole frames.
  static func checkFrames<S: Sample>(_ buffer: SampleBuffer<S>, _ operation: String)
    throws(PortAudioError)
  {
    guard buffer.samples.count == buffer.frameCount * buffer.channelCount else {
      throw PortAudioError(.partialFrame, operation)
    }
  }
}

/// Bytes of this machine's memory.
private let machineMemory = max(
  1 << 28, Int(clamping: sysconf(Int32(_SC_PHYS_PAGES))) * max(1, sysconf(Int32(_SC_PAGESIZE))))
