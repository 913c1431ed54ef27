internal import Platform

/// The input of `virtual:null`, instead of silence: a file of raw float32 frames with the stream's
/// channels, in the machine's byte order. Frame n of the stream is frame n of the file.
@safe final class VirtualInputFile {
  private let samples: UnsafeMutableBufferPointer<Float>

  /// Reads the whole file.
  init(_ path: String, operation: String) throws(PortAudioError) {
    let descriptor = unsafe SystemCall.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .file(path, errno, operation) }
    defer { _ = SystemCall.close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw .file(path, errno, operation) }
    let count = Int(status.st_size) / MemoryLayout<Float>.stride
    let buffer = UnsafeMutableBufferPointer<Float>.allocate(capacity: count)
    unsafe buffer.initialize(repeating: 0)
    let bytes = UnsafeMutableRawBufferPointer(buffer)
    var done = 0
    while done < bytes.count {
      let count = unsafe SystemCall.read(
        descriptor, bytes.baseAddress.map { unsafe $0 + done }, bytes.count - done)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else {
        let code = errno
        unsafe buffer.deallocate()
        throw .file(path, code, operation)
      }
      guard count > 0 else { break }
      done += count
    }
    unsafe samples = buffer
  }

  deinit { unsafe samples.deallocate() }

  /// Copies interleaved frames from `frame` on; silence after the end of the file.
  func copy(
    into target: UnsafeMutablePointer<Float>, channelCount: Int, frameCount: Int, from frame: Int
  ) {
    let start = frame * channelCount
    for index in 0..<frameCount * channelCount {
      unsafe target[index] = start + index < samples.count ? samples[start + index] : 0
    }
  }
}

/// A copy of the output of `virtual:null`: a file of raw float32 frames with the stream's channels,
/// in the machine's byte order. Frame n of the file is frame n of the stream; frames that the
/// device lost are silent.
@safe final class VirtualOutputFile {
  private let descriptor: CInt

  /// Creates or truncates the file.
  init(_ path: String, operation: String) throws(PortAudioError) {
    descriptor = unsafe SystemCall.open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC)
    guard descriptor >= 0 else { throw .file(path, errno, operation) }
  }

  deinit { _ = SystemCall.close(descriptor) }

  /// Writes interleaved frames at `frame`; false on failure.
  func write(
    _ source: UnsafePointer<Float>, channelCount: Int, frameCount: Int, at frame: Int
  ) -> Bool {
    let bytesPerFrame = channelCount * MemoryLayout<Float>.stride
    let bytes = unsafe UnsafeRawBufferPointer(start: source, count: frameCount * bytesPerFrame)
    var done = 0
    while done < bytes.count {
      let count = unsafe pwrite(
        descriptor, bytes.baseAddress.map { unsafe $0 + done }, bytes.count - done,
        off_t(frame * bytesPerFrame + done))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      done += count
    }
    return true
  }
}

extension PortAudioError {
  fileprivate static func file(_ path: String, _ code: CInt, _ operation: String) -> PortAudioError
  {
    PortAudioError(
      .unanticipatedHostError, operation,
      hostError: .init(code: Int(code), text: "\(path): \(systemMessage(code))"))
  }
}
