import Foundation

/// Finds the programs under test.
public enum BuiltTool {
  /// The directory of the built programs: `SD_BIN` if set, otherwise the one with the running
  /// tests.
  public static let directory: String = {
    if let chosen = ProcessInfo.processInfo.environment["SD_BIN"], !chosen.isEmpty {
      return chosen
    }
    return buildDirectory(ofImage: testImage)
  }()

  /// The package's top directory.
  public static let packageRoot: String =
    URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

  /// The path of a file in the package, such as `man/sd-cat.1`.
  public static func packageFile(_ path: String) -> String { packageRoot + "/" + path }

  /// The path of one of the tests' sound files.
  public static func resource(_ name: String) -> String {
    packageFile("Tests/TestSupport/Resources/" + name)
  }

  /// The path of a built program.
  ///
  /// - Throws: ``ToolFailure`` naming the command that builds it.
  public static func path(of name: String) throws(ToolFailure) -> String {
    let path = directory + "/" + name
    guard FileManager.default.isExecutableFile(atPath: path) else {
      throw ToolFailure("\(path) is not built: swift build --build-tests")
    }
    return path
  }

  /// A test bundle's image may be nested at any depth; the programs are built beside the bundle.
  static func buildDirectory(ofImage image: String) -> String {
    var url = URL(fileURLWithPath: image)
    if let bundle = url.pathComponents.lastIndex(where: { $0.hasSuffix(".xctest") }) {
      for _ in bundle..<url.pathComponents.count { url.deleteLastPathComponent() }
    } else {
      url.deleteLastPathComponent()
    }
    return url.path
  }

  private static var testImage: String {
    #if os(Linux)
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    #else
      Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundlePath ?? ""
    #endif
  }
}
