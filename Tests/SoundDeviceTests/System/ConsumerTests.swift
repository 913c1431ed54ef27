import Foundation
import TestSupport
import Testing

struct ConsumerTests {
  /// The package below compiles and runs it.
  @Test func theREADMEShowsTheConsumersBeep() throws {
    let beep = try text("Tests/Consumer/Sources/consumer/Beep.swift")
    #expect(try text("README.md").contains("```swift\n\(beep)```"))
  }

  private func text(_ path: String) throws -> String {
    try String(contentsOfFile: BuiltTool.packageFile(path), encoding: .utf8)
  }

  /// Built where it stays between runs, so that only the first takes its time.
  @Test(.requires("swift")) func anotherPackageBuildsAndRunsOnTheLibraries() async throws {
    let scratch = BuiltTool.packageFile(".build-consumer")
    let package = BuiltTool.packageFile("Tests/Consumer")
    let arguments = ["--package-path", package, "--scratch-path", scratch]
    // Without its cache, SwiftPM sees that this package's settings have changed.
    let build = try await run(
      .program("swift", ["build", "--disable-build-manifest-caching"] + arguments),
      timeout: .seconds(900))
    #expect(build.succeeded, "\(build.outputText) \(build.errorText)")
    #expect(!build.outputText.contains("Consumer.swift") || !build.outputText.contains("warning:"))
    let result = try await runProgram("\(scratch)/debug/consumer", timeout: .seconds(60))
    #expect(result.outputText == "consumed 480 no flags true\n", "\(result)")

    // Nothing of the programs: neither fetched nor built, and no flag that SwiftPM warns of.
    let graph = try await run(
      .program("swift", ["package"] + arguments + ["show-dependencies", "--format", "json"]),
      timeout: .seconds(300))
    #expect(graph.outputText.contains("sd-tools"), "\(graph)")
    #expect(!graph.outputText.contains("argument-parser"))
    let built = try FileManager.default.contentsOfDirectory(atPath: "\(scratch)/debug/Modules")
    #expect(built.contains("SoundDevice.swiftmodule"))
    #expect(!built.contains { $0.hasPrefix("ArgumentParser") || $0.hasPrefix("SoundTool") })
    #expect(!(build.outputText + build.errorText).contains("prohibited flag"))
  }
}
