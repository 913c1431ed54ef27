import CSndFile

extension AudioFile {
  /// The name and version of the underlying library, such as `libsndfile-1.2.0`.
  ///
  /// Corresponds to `sf_version_string`.
  public static var libraryVersion: String {
    guard let text = unsafe sf_version_string() else { return "libsndfile" }
    return unsafe String(cString: text)
  }
}
