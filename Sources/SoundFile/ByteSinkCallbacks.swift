import CSndFile
import Platform

extension ByteSink {
  /// Throws, once, the failure of a callback.
  func throwFailure() throws(AudioFileError) {
    guard let failure else { return }
    self.failure = nil
    throw failure
  }

  /// The five functions through which libsndfile writes. Corresponds to `SF_VIRTUAL_IO`.
  static var callbacks: SF_VIRTUAL_IO {
    unsafe SF_VIRTUAL_IO(
      get_filelen: { context in unsafe sf_count_t(ByteSink.at(context)?.byteCount ?? 0) },
      seek: { offset, whence, context in
        unsafe ByteSink.at(context)?.moveCursor(by: Int(offset), whence) ?? -1
      },
      read: { _, _, _ in 0 },
      write: { source, count, context in
        let bytes = unsafe UnsafeRawBufferPointer(start: source, count: max(0, Int(count)))
        return unsafe sf_count_t(ByteSink.at(context)?.take(bytes) ?? 0)
      },
      tell: { context in unsafe sf_count_t(ByteSink.at(context)?.cursor ?? 0) })
  }

  private static func at(_ context: UnsafeMutableRawPointer?) -> ByteSink? {
    unsafe context.map { unsafe Unmanaged<ByteSink>.fromOpaque($0).takeUnretainedValue() }
  }

  private func moveCursor(by offset: Int, _ whence: CInt) -> sf_count_t {
    let start =
      switch whence {
      case SEEK_SET: 0
      case SEEK_CUR: cursor
      default: byteCount
      }
    guard start + offset >= 0 else { return -1 }
    cursor = start + offset
    return sf_count_t(cursor)
  }

  /// Takes bytes at the cursor and returns how many; keeps a failure for `throwFailure`.
  func take(_ bytes: UnsafeRawBufferPointer) -> Int {
    // A stream with a gap is useless; a file may still get its header.
    if isBroken || (failure != nil && !isSeekable) { return 0 }
    let start = cursor
    do throws(AudioFileError) {
      unsafe try put(bytes)
      return bytes.count
    } catch {
      failure = failure ?? error
      // The bytes that fitted are in the file, and the header should count them.
      return isSeekable ? max(0, min(cursor - start, bytes.count)) : 0
    }
  }
}
