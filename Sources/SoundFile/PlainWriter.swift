/// Writes plain samples behind a header that needs no completing: raw data, WAV and AU in a pipe.
final class PlainWriter {
  private let sink: ByteSink
  private let headerSize: Int
  private let bytesPerFrame: Int

  init(_ sink: ByteSink, header: [UInt8], bytesPerFrame: Int) throws(AudioFileError) {
    self.sink = sink
    self.bytesPerFrame = bytesPerFrame
    headerSize = header.count
    unsafe try put(header.span.bytes)
  }

  /// Whole frames that left this process.
  var frameCount: Int { max(0, sink.byteCount - headerSize) / bytesPerFrame }

  func write(_ bytes: RawSpan) throws(AudioFileError) { try put(bytes) }

  func sync() throws(AudioFileError) { try sink.sync() }

  func close() throws(AudioFileError) { try sink.close() }

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

/// Who writes: a closed choice of two.
enum Encoder {
  case plain(PlainWriter)
  case library(SndFileWriter)

  var frameCount: Int {
    switch self {
    case .plain(let writer): writer.frameCount
    case .library(let writer): writer.frameCount
    }
  }

  func write(_ bytes: RawSpan) throws(AudioFileError) {
    switch self {
    case .plain(let writer): try writer.write(bytes)
    case .library(let writer): try writer.write(bytes)
    }
  }

  /// Plain samples are readable whenever they have left.
  func updateHeader() throws(AudioFileError) {
    if case .library(let writer) = self { try writer.updateHeader() }
  }

  func sync() throws(AudioFileError) {
    switch self {
    case .plain(let writer): try writer.sync()
    case .library(let writer): try writer.sync()
    }
  }

  func close() throws(AudioFileError) {
    switch self {
    case .plain(let writer): try writer.close()
    case .library(let writer): try writer.close()
    }
  }
}
