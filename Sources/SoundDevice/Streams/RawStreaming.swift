internal import PCM
internal import Platform

extension AudioInputStreaming {
  func readBytes(frameCount: Int, timeout: Double?) throws(PortAudioError)
    -> (bytes: [UInt8], flags: CallbackFlags)
  {
    let bytesPerFrame = session.resolved.input?.bytesPerFrame ?? 0
    try PortAudioError.checkMemory(frameCount, bytesPerFrame: bytesPerFrame, "reading stream")
    var bytes = [UInt8](repeating: 0, count: frameCount * bytesPerFrame)
    var span = bytes.mutableSpan
    var target = unsafe span.mutableBytes
    let flags = try readBytes(&target, timeout: timeout)
    return (bytes, flags)
  }

  func readBytes(_ target: inout MutableRawSpan, timeout: Double?) throws(PortAudioError)
    -> CallbackFlags
  {
    let session = session
    let bytesPerFrame = max(1, session.resolved.input?.bytesPerFrame ?? 1)
    guard target.byteCount % bytesPerFrame == 0 else {
      throw PortAudioError(.partialFrame, "reading stream")
    }
    var failure: PortAudioError?
    unsafe target.withUnsafeMutableBytes { bytes in
      do throws(PortAudioError) {
        let wanted = bytes.count / bytesPerFrame
        _ = unsafe try session.read(
          into: bytes, minimum: wanted, isWhole: true, timeout: timeout)
      } catch { failure = error }
    }
    if let failure { throw failure }
    return session.rings?.takeFlags([.inputOverflow, .inputUnderflow]) ?? []
  }
}

extension AudioOutputStreaming {
  func writeBytes(_ source: RawSpan, timeout: Double?) throws(PortAudioError) -> CallbackFlags {
    let session = session
    guard source.byteCount % max(1, session.resolved.output?.bytesPerFrame ?? 1) == 0 else {
      throw PortAudioError(.partialFrame, "writing stream")
    }
    let flags = session.rings?.takeFlags([.outputUnderflow]) ?? []
    var failure: PortAudioError?
    unsafe source.withUnsafeBytes { bytes in
      do throws(PortAudioError) { _ = unsafe try session.write(bytes, timeout: timeout) } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return flags
  }
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
