/// The version of the whole suite; its programs and libraries are released together.
public enum Version {
  /// As `-V` prints it.
  public static let current = "0.2.0"
}
