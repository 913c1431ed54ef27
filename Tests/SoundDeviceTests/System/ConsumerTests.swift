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
    let build = try await run(
      .program("swift", ["build"] + arguments), timeout: .seconds(900))
    #expect(build.succeeded, "\(build.outputText) \(build.errorText)")
    #expect(!build.outputText.contains("Consumer.swift") || !build.outputText.contains("warning:"))
    let result = try await runProgram("\(scratch)/debug/consumer", timeout: .seconds(60))
    #expect(result.outputText == "consumed 480 no flags true\n", "\(result)")
  }
}
