/// A writer of frames to one type of file.
protocol FrameEncoder: AnyObject {
  /// Whole frames taken so far.
  var frameCount: Int { get }

  /// Writes whole frames, all of them.
  func write(_ bytes: RawSpan) throws(AudioFileError)

  /// Makes the file readable up to what has been written.
  func updateHeader() throws(AudioFileError)

  /// Sets the capture time of the first frame, before or after frames are written; does nothing if
  /// the type has no place for it.
  func setOrigination(_ origination: Origination) throws(AudioFileError)

  /// Waits until the written data is on the disk.
  func sync() throws(AudioFileError)

  /// Completes the file and closes in any case, then throws the first failure.
  func close() throws(AudioFileError)
}

extension FrameEncoder {
  func setOrigination(_ origination: Origination) throws(AudioFileError) {}
}
