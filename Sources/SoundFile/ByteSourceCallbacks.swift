import CSndFile
import Platform

extension ByteSource {
  /// A way to serve reads after the header.
  enum Service {
    /// Fewer bytes only at the end.
    case whole
    /// Whole frames as they arrive in a pipe.
    case frames(byteCount: Int)
    /// Any bytes, as they arrive in a pipe.
    case some
  }

  /// Throws, once, the failure of a callback.
  func throwFailure() throws(AudioFileError) {
    guard let failure else { return }
    self.failure = nil
    throw failure
  }

  /// A pipe's length for libsndfile: longer than any pipe, and short enough that its arithmetic of
  /// frames per byte does not overflow.
  static let anyLength = 1 << 55

  /// The same for codecs whose blocks libsndfile counts in 32 bits.
  static let countableLength = 1 << 29

  /// The five functions through which libsndfile reads.
  ///
  /// In a pipe, a seek only changes a number, and a seek from the end fails. Corresponds to
  /// `SF_VIRTUAL_IO`.
  static var callbacks: SF_VIRTUAL_IO {
    unsafe SF_VIRTUAL_IO(
      get_filelen: { context in
        guard let source = unsafe ByteSource.at(context) else { return 0 }
        return sf_count_t(source.statedByteCount ?? source.byteCount ?? source.endlessLength)
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
      default: hidesEnd ? nil : byteCount
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
        case .frames(let size): unsafe try readFrames(at: cursor, into: target, bytesPerFrame: size)
        case .some: unsafe try readSome(at: cursor, into: target)
        }
      cursor += count
      if count == 0 && target.count > 0 {
        isExhausted = true
        // Else a damaged header sends libsndfile from chunk to chunk for ever.
        if !isSeekable, isOpening { cursor = endlessLength }
      }
      return count
    } catch {
      failure = error
      return 0
    }
  }
}
