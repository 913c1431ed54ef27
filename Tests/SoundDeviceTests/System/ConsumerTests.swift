import Foundation
import TestSupport
import Testing

struct ConsumerTests {
  /// Built where it stays between runs, so that only the first takes its time.
  @Test(.requires("swift")) func anotherPackageBuildsAndRunsOnTheLibraries() async throws {
    let scratch = BuiltTool.packageFile(".build-consumer")
    let package = BuiltTool.packageFile("Tests/Consumer")
    let arguments = ["--package-path", package, "--scratch-path", scratch]
    let build = try await run(
      .program("swift", ["build"] + arguments), timeout: .seconds(900))
    #expect(build.succeeded, "\(build.outputText) \(build.errorText)")
    #expect(!build.outputText.contains("Consumer.swift") || !build.outputText.contains("warning:"))
    let result = try await runProgram("\(scratch)/debug/consumer", timeout: .seconds(60))
    #expect(result.outputText == "consumed 480 no flags true\n", "\(result)")
  }
}
