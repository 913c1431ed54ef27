import CSndFile

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

extension ByteSource {
  /// How a read beyond the header is served.
  enum Service {
    /// Fewer bytes only at the end.
    case whole
    /// Whole frames as they arrive in a pipe.
    case frames(byteCount: Int)
    /// Whatever has arrived in a pipe.
    case some
  }

  /// Throws, once, what a callback could not.
  func throwFailure() throws(AudioFileError) {
    guard let failure else { return }
    self.failure = nil
    throw failure
  }

  /// The five functions libsndfile reads through.
  ///
  /// In a pipe a seek only moves a number, and a seek from the end is refused. Corresponds to
  /// `SF_VIRTUAL_IO`.
  static var callbacks: SF_VIRTUAL_IO {
    unsafe SF_VIRTUAL_IO(
      get_filelen: { context in
        unsafe sf_count_t(ByteSource.at(context)?.byteCount ?? Int.max)
      },
      seek: { offset, whence, context in
        unsafe ByteSource.at(context)?.moveCursor(by: Int(offset), whence) ?? -1
      },
      read: { target, count, context in
        let room = unsafe UnsafeMutableRawBufferPointer(start: target, count: max(0, Int(count)))
        return unsafe sf_count_t(ByteSource.at(context)?.serve(room) ?? 0)
      },
      write: { _, _, _ in 0 },
      tell: { context in unsafe sf_count_t(ByteSource.at(context)?.cursor ?? 0) })
  }

  private static func at(_ context: UnsafeMutableRawPointer?) -> ByteSource? {
    unsafe context.map { unsafe Unmanaged<ByteSource>.fromOpaque($0).takeUnretainedValue() }
  }

  private func moveCursor(by offset: Int, _ whence: CInt) -> sf_count_t {
    let start: Int? =
      switch whence {
      case SEEK_SET: 0
      case SEEK_CUR: cursor
      default: byteCount
      }
    guard let start else { return -1 }
    let (target, isTooFar) = start.addingReportingOverflow(offset)
    guard !isTooFar, target >= 0 else { return -1 }
    cursor = target
    return sf_count_t(target)
  }

  private func serve(_ target: UnsafeMutableRawBufferPointer) -> Int {
    guard failure == nil else { return 0 }
    do throws(AudioFileError) {
      let count =
        switch service {
        case .whole: unsafe try read(at: cursor, into: target)
        case .frames(let size): unsafe try readFrames(at: cursor, into: target, frameSize: size)
        case .some: unsafe try readSome(at: cursor, into: target)
        }
      cursor += count
      return count
    } catch {
      failure = error
      return 0
    }
  }
}
