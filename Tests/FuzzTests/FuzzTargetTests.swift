import Foundation
import FuzzTargets
import SoundTool
import TestSupport
import Testing

/// Whatever once was found, and what began the search: none of it crashes or hangs.
@Suite struct FuzzTargetTests {
  @Test(arguments: FuzzTarget.allCases) func theCorpusDoesNoHarm(_ target: FuzzTarget) throws {
    Messages.verbosity = .quiet
    let folder = BuiltTool.packageFile("Tests/Fuzz/corpus/\(target.rawValue)")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    #expect(!names.isEmpty)
    for name in names {
      let bytes = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)"))
      target.attempt(Array(bytes))
    }
  }
}
