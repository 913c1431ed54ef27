extension AudioInputStreaming {
  func readBytes(_ target: inout MutableRawSpan, timeout: Double?) throws(PortAudioError)
    -> CallbackFlags
  {
    let session = session
    var failure: PortAudioError?
    unsafe target.withUnsafeMutableBytes { bytes in
      do throws(PortAudioError) {
        let frameByteCount = max(1, session.resolved.input?.frameByteCount ?? 1)
        let wanted = bytes.count / frameByteCount
        let count = unsafe try session.read(into: bytes, minimum: wanted, timeout: timeout)
        if count < wanted { throw PortAudioError(.streamIsStopped, "reading stream") }
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
