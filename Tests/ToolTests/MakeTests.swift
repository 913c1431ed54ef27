import Foundation
import TestSupport
import Testing

/// What `make` does where a package is missing, with stand-ins for the programs that know and
/// install packages.
@Suite struct MakeTests {
  let folder: TemporaryDirectory

  init() throws {
    folder = try TemporaryDirectory()
    try script("dpkg-query", #"case $* in *libsoxr-dev) exit 1;; esac; printf 'ii '"#)
    for name in ["apt-get", "sudo", "swift"] { try script(name, #"echo "$0 $*" >>"$LOG""#) }
  }

  private func script(_ name: String, _ line: String) throws {
    try folder.write(Array("#!/bin/sh\n\(line)\n".utf8), to: name)
    try #require(unsafe chmod(folder.file(name), 0o755) == 0)
  }

  private func make(_ target: String...) async throws -> ToolResult {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    let command = Command.program(
      "make", ["--silent", "-C", BuiltTool.packageRoot, "SWIFT=\(folder.file("swift"))"] + target
    ).with(environment: ["PATH": "\(folder.path):\(path)", "LOG": folder.file("log")])
    return try await run(command, timeout: .seconds(60))
  }

  /// The commands of the stand-ins so far.
  private var log: String {
    (try? String(contentsOfFile: folder.file("log"), encoding: .utf8)) ?? ""
  }

  @Test(
    .requires("make", "bash"),
    arguments: ["build", "release", "install", "docs", "bench", "sanitize"])
  func onlyNamesWhatIsMissing(_ target: String) async throws {
    let result = try await make(target)
    #expect(result.status == .exited(2))
    #expect(result.errorText.contains("need: missing: libsoxr-dev\n"), "\(result)")
    #expect(result.errorText.contains("apt-get install --no-install-recommends libsoxr-dev\n"))
    #expect(log.isEmpty, "\(log)")
  }

  @Test(.requires("make", "bash")) func depsNamesAndInstallsWhatIsMissing() async throws {
    let result = try await make("deps")
    #expect(result.succeeded, "\(result)")
    #expect(result.outputText == "need: installing: libsoxr-dev\n")
    #expect(log.contains("install --no-install-recommends libsoxr-dev\n"), "\(log)")
    #expect(!log.contains("portaudio"))
  }

  /// Package.swift names the library of each module; whoever installs libraries names them all.
  @Test func everyLibraryIsInEveryList() throws {
    func text(_ path: String) throws -> String {
      try String(contentsOfFile: BuiltTool.packageFile(path), encoding: .utf8)
    }
    let manifest = try text("Package.swift")
    let brewed = manifest.matches(of: /\.brew\(\["(.+?)"\]\)/).map { String($0.1) }
    let debian = manifest.matches(of: /\.apt\(\["(.+?)"\]\)/).map { String($0.1) }
    #expect(brewed.count > 10 && debian.count == brewed.count)
    let lists = [
      "README.md", "scripts/need", ".github/workflows/check.yml", "packaging/sd-tools.rb.in",
    ]
    for path in lists {
      let words = Set(try text(path).split { !$0.isLetter && !$0.isNumber && $0 != "-" })
      for library in brewed {
        #expect(words.contains(Substring(library)), "\(library) is missing in \(path)")
      }
    }
    let words = Set(try text("Makefile").split { $0.isWhitespace })
    for package in debian {
      #expect(words.contains(Substring(package)), "\(package) is missing in the Makefile")
    }
  }

  @Test(.requires("make", "bash")) func namesSwiftToo() async throws {
    try FileManager.default.removeItem(atPath: folder.file("swift"))
    let result = try await make("build")
    #expect(result.status == .exited(2))
    #expect(result.errorText.contains("need: missing: Swift 6.2 or later"), "\(result)")
    #expect(result.errorText.contains("need: missing: libsoxr-dev\n"), "\(result)")
  }

  @Test(.requires("make", "bash")) func buildsWhereNothingIsMissing() async throws {
    try script("dpkg-query", "printf 'ii '")
    let result = try await make("build")
    #expect(result.succeeded, "\(result)")
    #expect(log.hasSuffix("/swift build\n"))
  }
}
