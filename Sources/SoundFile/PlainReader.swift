/// Reads plain samples: raw data, and WAV, RF64, CAF and AU after their headers.
struct PlainReader {
  let layout: PlainLayout
  private let source: ByteSource
  private var done = 0
  private var atEnd = false
  private var words: [UInt8] = []

  init(_ source: ByteSource, layout: PlainLayout) {
    self.source = source
    self.layout = layout
  }

  /// Bytes of samples, if known in advance.
  private var byteCount: Int? {
    guard let inFile = source.byteCount.map({ max(0, $0 - layout.dataStart) }) else {
      return layout.dataByteCount
    }
    return min(inFile, layout.dataByteCount ?? inFile)
  }

  private var stored: Int { layout.storedBytesPerFrame }

  var frameCount: Int? { byteCount.map { $0 / stored } }

  /// Bytes after the last whole frame, if the header counts them or states no length.
  var trailingByteCount: Int {
    guard atEnd, shortage == nil else { return 0 }
    if source.trailingByteCount > 0 { return source.trailingByteCount }
    guard let byteCount, source.isSeekable || done + stored > byteCount else { return 0 }
    return byteCount % stored
  }

  /// What the header promises but the data lacks; known at the end.
  ///
  /// Some programs count the header into the length of the data; then nothing is missing.
  var shortage: Damage.Shortage? {
    guard atEnd, let promised = layout.dataByteCount else { return nil }
    let missing = promised - (source.byteCount.map { $0 - layout.dataStart } ?? done)
    guard done / stored < promised / stored, missing != layout.dataStart else { return nil }
    return .frames(promised: promised / stored)
  }

  func isReady(withinMilliseconds milliseconds: Int) -> Bool {
    source.isReady(at: layout.dataStart + done, withinMilliseconds: milliseconds)
  }

  mutating func read(into target: UnsafeMutableRawBufferPointer) throws(AudioFileError) -> Int {
    guard let packing = layout.packing else { return unsafe try readStored(into: target) }
    let byteCount = target.count / layout.bytesPerFrame * stored
    if words.count < byteCount { words = [UInt8](repeating: 0, count: byteCount) }
    var words = self.words
    self.words = []
    defer { self.words = words }
    let result = unsafe words.withUnsafeMutableBytes { words in
      Result { () throws(AudioFileError) in
        let room = unsafe UnsafeMutableRawBufferPointer(rebasing: words[..<byteCount])
        let count = unsafe try readStored(into: room)
        let kept = unsafe packing.pack(
          UnsafeMutableRawBufferPointer(rebasing: room[..<(count * stored)]))
        unsafe target.copyMemory(from: UnsafeRawBufferPointer(rebasing: room[..<kept]))
        return count
      }
    }
    return try result.get()
  }

  private mutating func readStored(
    into target: UnsafeMutableRawBufferPointer
  ) throws(AudioFileError) -> Int {
    let left = byteCount.map { $0 - done } ?? .max
    let whole = left - left % stored
    let room = unsafe UnsafeMutableRawBufferPointer(rebasing: target[..<min(target.count, whole)])
    guard target.count >= stored else { return 0 }
    let count = unsafe try source.readFrames(
      at: layout.dataStart + done, into: room, bytesPerFrame: stored)
    done += count
    if count == 0 { try finish() }
    return count / stored
  }

  mutating func skip(_ frames: Int) throws(AudioFileError) -> Int {
    let left = byteCount.map { ($0 - done) / stored } ?? .max
    let (bytes, isTooMany) = min(frames, left).multipliedReportingOverflow(by: stored)
    let count = try source.skip(
      from: layout.dataStart + done, count: isTooMany ? 1 << 60 : bytes)
    let skipped = count / stored
    done += skipped * stored
    return skipped
  }

  mutating func seek(toFrame frame: Int) {
    let (bytes, isTooMany) = frame.multipliedReportingOverflow(by: stored)
    let end = (frameCount ?? 0) * stored
    done = isTooMany ? end : min(bytes, end)
    atEnd = false
  }

  /// Reads the rest of a pipe, which is useless, so that its writer is not killed for it.
  private mutating func finish() throws(AudioFileError) {
    guard !atEnd else { return }
    atEnd = true
    try source.drain()
  }
}
