import Foundation

/// A directory that is removed, with its content, when its last owner goes.
public final class TemporaryDirectory: Sendable {
  /// The directory's path.
  public let path: String

  /// Creates an empty directory with a path short enough for sockets.
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
    // Removes even a directory that a test made unreadable; rm reports what it cannot remove.
    try? FileManager.default.removeItem(atPath: path)
  }
}
