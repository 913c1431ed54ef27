/// Reads plain samples: raw data, and WAV, RF64 and AU behind their headers.
struct PlainReader {
  let layout: PlainLayout
  private let source: ByteSource
  private var done = 0
  private var atEnd = false

  init(_ source: ByteSource, layout: PlainLayout) {
    self.source = source
    self.layout = layout
  }

  /// Bytes of samples, as far as they are known beforehand.
  private var byteCount: Int? {
    guard let inFile = source.byteCount.map({ max(0, $0 - layout.dataStart) }) else {
      return layout.dataByteCount
    }
    return min(inFile, layout.dataByteCount ?? inFile)
  }

  var frameCount: Int? { byteCount.map { $0 / layout.bytesPerFrame } }

  var trailingByteCount: Int {
    if source.trailingByteCount > 0 { return source.trailingByteCount }
    return atEnd ? (byteCount ?? 0) % layout.bytesPerFrame : 0
  }

  func isReady(withinMilliseconds milliseconds: Int) -> Bool {
    source.isReady(at: layout.dataStart + done, withinMilliseconds: milliseconds)
  }

  mutating func read(into target: UnsafeMutableRawBufferPointer) throws(AudioFileError) -> Int {
    let left = byteCount.map { $0 - done } ?? .max
    let whole = left - left % layout.bytesPerFrame
    let room = unsafe UnsafeMutableRawBufferPointer(rebasing: target[..<min(target.count, whole)])
    guard target.count >= layout.bytesPerFrame else { return 0 }
    let count = unsafe try source.readFrames(
      at: layout.dataStart + done, into: room, bytesPerFrame: layout.bytesPerFrame)
    done += count
    if count == 0 { try finish() }
    return count / layout.bytesPerFrame
  }

  mutating func skip(_ frames: Int) throws(AudioFileError) -> Int {
    let left = byteCount.map { ($0 - done) / layout.bytesPerFrame } ?? .max
    let (bytes, isTooMany) = min(frames, left).multipliedReportingOverflow(by: layout.bytesPerFrame)
    let count = try source.skip(
      from: layout.dataStart + done, count: isTooMany ? 1 << 60 : bytes)
    let skipped = count / layout.bytesPerFrame
    done += skipped * layout.bytesPerFrame
    return skipped
  }

  mutating func seek(toFrame frame: Int) {
    let (bytes, isTooMany) = frame.multipliedReportingOverflow(by: layout.bytesPerFrame)
    let end = (frameCount ?? 0) * layout.bytesPerFrame
    done = isTooMany ? end : min(bytes, end)
    atEnd = false
  }

  /// What follows the samples in a pipe is of no use, but its writer must not be killed for it.
  private mutating func finish() throws(AudioFileError) {
    guard !atEnd else { return }
    atEnd = true
    try source.drain()
  }
}
