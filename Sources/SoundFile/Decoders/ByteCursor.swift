import Platform

/// A codec library's position in a file or stream. A file may have several.
@safe final class ByteCursor {
  let source: ByteSource
  /// The next byte that is read.
  private(set) var offset = 0
  /// Whether the library has seen the end.
  private(set) var isAtEnd = false
  /// Observes the bytes that are read, and their position.
  var watch: ((UnsafeRawBufferPointer, Int) -> Void)?

  /// Splits consecutive reads into pages; nil once the library seeks.
  private(set) var pages: OggPages?

  private var failure: AudioFileError?

  init(_ source: ByteSource, pages: OggPages? = nil) {
    self.source = source
    self.pages = pages
  }

  /// The pointer that a C library passes to its callbacks; the cursor must outlive it.
  var context: UnsafeMutableRawPointer { unsafe Unmanaged.passUnretained(self).toOpaque() }

  static func at(_ context: UnsafeMutableRawPointer?) -> ByteCursor? {
    unsafe context.map { unsafe Unmanaged<ByteCursor>.fromOpaque($0).takeUnretainedValue() }
  }

  /// The shortage at the end of an Ogg stream that was read from its start.
  var shortage: Damage.Shortage? { pages?.shortage }

  /// Reads the available bytes; 0 at the end and after a failure.
  func read(into target: UnsafeMutableRawBufferPointer) -> Int {
    guard let pages else { return unsafe readPlainly(into: target) }
    return unsafe pages.read(into: target) { unsafe readPlainly(into: $0) }
  }

  /// Skips to the next stream of a chain; false if none follows, or the library seeks.
  func beginNextStream() -> Bool {
    unsafe pages?.beginNextStream { unsafe readPlainly(into: $0) } ?? false
  }

  private func readPlainly(into target: UnsafeMutableRawBufferPointer) -> Int {
    guard failure == nil, target.count > 0 else { return 0 }
    do throws(AudioFileError) {
      let count = unsafe try source.readSome(at: offset, into: target)
      unsafe watch?(UnsafeRawBufferPointer(rebasing: target[..<count]), offset)
      offset += count
      isAtEnd = count == 0
      return count
    } catch {
      failure = error
      return 0
    }
  }

  /// Seeks like lseek(2); -1 if that is impossible, as in a pipe.
  func seek(by distance: Int, _ whence: CInt) -> Int {
    guard source.isSeekable, let byteCount = source.byteCount else { return -1 }
    let start =
      switch whence {
      case SEEK_SET: 0
      case SEEK_CUR: offset
      default: byteCount
      }
    let (target, isTooFar) = start.addingReportingOverflow(distance)
    guard !isTooFar, target >= 0 else { return -1 }
    (offset, isAtEnd, pages) = (target, false, nil)
    return target
  }

  /// Throws, once, the failure of a callback.
  func throwFailure() throws(AudioFileError) {
    if let failure = failure.take() { throw failure }
  }
}
