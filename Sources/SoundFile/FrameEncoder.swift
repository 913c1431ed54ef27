/// Who writes frames of one type of file.
protocol FrameEncoder: AnyObject {
  /// Whole frames taken so far.
  var frameCount: Int { get }

  /// Writes whole frames, all of them.
  func write(_ bytes: RawSpan) throws(AudioFileError)

  /// Makes the file readable as far as it has been written.
  func updateHeader() throws(AudioFileError)

  /// Says when the first frame was captured, before or after frames are written; nothing where the
  /// type has no place for it.
  func setOrigination(_ origination: Origination) throws(AudioFileError)

  /// Waits until what was written is on the disk.
  func sync() throws(AudioFileError)

  /// Completes the file and closes, whatever happens; then throws what happened.
  func close() throws(AudioFileError)
}

extension FrameEncoder {
  func setOrigination(_ origination: Origination) throws(AudioFileError) {}
}
