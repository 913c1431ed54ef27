extension AudioInputStreaming {
  func readBytes(frameCount: Int, timeout: Double?) throws(PortAudioError)
    -> (bytes: [UInt8], flags: CallbackFlags)
  {
    let count = frameCount * (session.resolved.input?.bytesPerFrame ?? 0)
    var bytes = [UInt8](repeating: 0, count: count)
    var span = bytes.mutableSpan
    var target = unsafe span.mutableBytes
    let flags = try readBytes(&target, timeout: timeout)
    return (bytes, flags)
  }

  func readBytes(_ target: inout MutableRawSpan, timeout: Double?) throws(PortAudioError)
    -> CallbackFlags
  {
    let session = session
    var failure: PortAudioError?
    unsafe target.withUnsafeMutableBytes { bytes in
      do throws(PortAudioError) {
        let bytesPerFrame = max(1, session.resolved.input?.bytesPerFrame ?? 1)
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
