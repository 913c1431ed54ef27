import Foundation

/// A directory that goes, with all that is in it, when its last owner does.
public final class TemporaryDirectory: Sendable {
  /// The directory's path.
  public let path: String

  /// Makes an empty directory with a short path, as sockets need.
  ///
  /// - Throws: ``ToolFailure`` if that is not possible.
  public init() throws(ToolFailure) {
    var template = Array("/tmp/sd-test-XXXXXX".utf8CString)
    guard unsafe mkdtemp(&template) != nil else {
      throw ToolFailure("making a temporary directory", code: errno)
    }
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// The path of a file in the directory.
  public func file(_ name: String) -> String { path + "/" + name }

  /// Writes a file and returns its path.
  ///
  /// - Throws: What Foundation throws when it cannot write.
  @discardableResult
  public func write(_ bytes: [UInt8], to name: String) throws -> String {
    try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
    return file(name)
  }

  /// Reads a file.
  ///
  /// - Throws: What Foundation throws when it cannot read.
  public func read(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: file(name))))
  }

  /// The names of all files, sorted.
  ///
  /// - Throws: What Foundation throws when it cannot list them.
  public func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path).sorted()
  }

  deinit {
    // A test that made a directory unreadable must not leave it behind; rm says what it cannot do.
    try? FileManager.default.removeItem(atPath: path)
  }
}
