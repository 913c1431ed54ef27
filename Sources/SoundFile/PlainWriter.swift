/// Writes plain samples after a header of our own: raw data, WAV, RF64, AU and CAF.
final class PlainWriter: FrameEncoder {
  private let sink: ByteSink
  private var header: any PlainHeader
  private let headerByteCount: Int
  private let bytesPerFrame: Int
  /// Whether the header says, or will say, where the samples end.
  private let statesLength: Bool
  private var finalFrameCount: Int?

  /// Writes the header, which is final in a pipe.
  ///
  /// - Parameter frameCount: Frames that will follow, if known.
  init(
    _ sink: ByteSink, header: any PlainHeader, bytesPerFrame: Int, frameCount: Int?
  ) throws(AudioFileError) {
    self.sink = sink
    self.header = header
    self.bytesPerFrame = bytesPerFrame
    let promise = frameCount.map { $0.multipliedReportingOverflow(by: bytesPerFrame) }
      .flatMap { $0.overflow || sink.isSeekable ? nil : $0.partialValue }
    let tellable = promise.flatMap { $0 <= header.largestDataByteCount ?? .max ? $0 : nil }
    statesLength = sink.isSeekable || tellable != nil
    let bytes = header.bytes(dataByteCount: sink.isSeekable ? 0 : tellable)
    headerByteCount = bytes.count
    if sink.isSeekable, let limit = header.largestDataByteCount {
      let text = "holds at most 4 GiB, use rf64, w64, caf or flac"
      sink.limit = (headerByteCount + limit, .tooLong(text))
    }
    unsafe try put(bytes.span.bytes)
  }

  /// Whole frames that have left this process.
  var frameCount: Int {
    finalFrameCount ?? max(0, sink.byteCount - headerByteCount) / bytesPerFrame
  }

  func write(_ bytes: RawSpan) throws(AudioFileError) { try put(bytes) }

  /// Updates the header to what has been written; does nothing in a pipe.
  func updateHeader() throws(AudioFileError) {
    guard sink.isSeekable, headerByteCount > 0 else { return }
    let end = sink.byteCount
    sink.cursor = 0
    let written = Result { () throws(AudioFileError) in
      unsafe try put(header.bytes(dataByteCount: frameCount * bytesPerFrame).span.bytes)
    }
    sink.cursor = end
    try written.get()
  }

  /// Sets the capture time of the first frame, in a file whose header has room for it.
  func setOrigination(_ origination: Origination) throws(AudioFileError) {
    header.setOrigination(origination)
    try updateHeader()
  }

  func sync() throws(AudioFileError) { try sink.sync() }

  /// Completes the header and closes in any case, then throws the first failure.
  func close() throws(AudioFileError) {
    let completed = Result { () throws(AudioFileError) in
      let frameCount = frameCount
      try updateHeader()
      finalFrameCount = frameCount
      let byteCount = frameCount * bytesPerFrame
      let isWhole = sink.byteCount == headerByteCount + byteCount
      // Without a length, padding would be taken for a sample.
      if header.pads, statesLength, byteCount % 2 == 1, isWhole {
        unsafe try put([UInt8(0)].span.bytes)
      }
    }
    try sink.close()
    try completed.get()
  }

  private func put(_ bytes: RawSpan) throws(AudioFileError) {
    let result = unsafe bytes.withUnsafeBytes { bytes in
      Result { () throws(AudioFileError) in
        unsafe try sink.put(bytes)
        try sink.flush()
      }
    }
    try result.get()
  }
}
