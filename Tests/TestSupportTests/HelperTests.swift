import Foundation
@testable import TestSupport
import Testing

@Suite struct HelperTests {
  @Test func aTemporaryDirectoryGoesWithItsOwner() throws {
    var directory: TemporaryDirectory? = try TemporaryDirectory()
    let path = try #require(directory?.path)
    try directory?.write([7], to: "a")
    #expect(try directory?.names() == ["a"])
    directory = nil
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test func numbersBecomeBytesAndComeBack() {
    #expect(bytes(of: [Int16(1).littleEndian, Int16(-2).littleEndian]) == [1, 0, 0xFE, 0xFF])
    #expect(values(of: Float.self, from: bytes(of: [Float(0.5), -1])) == [0.5, -1])
    #expect(values(of: Int16.self, from: [1, 0, 9]) == [Int16(littleEndian: 1)])
    #expect(swapped([1, 2, 3, 4, 5, 6], sampleSize: 3) == [3, 2, 1, 6, 5, 4])
  }

  @Test func noiseIsTheSameInEveryRunAndFillsItsRange() {
    let noise = TestSignal.noise(frameCount: 5000, channelCount: 2, seed: 3)
    #expect(noise == TestSignal.noise(frameCount: 5000, channelCount: 2, seed: 3))
    #expect(noise != TestSignal.noise(frameCount: 5000, channelCount: 2, seed: 4))
    #expect(noise.allSatisfy { $0 >= -1 && $0 < 1 && ($0 * 8_388_608).rounded() == $0 * 8_388_608 })
    #expect(noise.contains { $0 < -0.99 } && noise.contains { $0 > 0.99 })
    #expect(Set(TestSignal.noise(of: Int8.self, frameCount: 9999, channelCount: 1)).count == 256)
  }

  @Test func everySampleNamesItsFrame() throws {
    let samples = TestSignal.frameNumbers(frameCount: 1000, channelCount: 3)
    for (index, sample) in samples.enumerated() {
      let place = try #require(TestSignal.frameNumber(of: sample, channelCount: 3))
      #expect(place == (index / 3, index % 3))
    }
    #expect(TestSignal.frameNumber(of: 0, channelCount: 3) == nil)
    #expect(TestSignal.frameNumber(of: samples[4] * 0.7, channelCount: 3) == nil)
    #expect(TestSignal.frameNumbers(frameCount: 0, channelCount: 2).isEmpty)
  }

  @Test func aSineHasItsAmplitudeAndPeriod() {
    let sine = TestSignal.sine(
      frequency: 1000, sampleRate: 48_000, frameCount: 48, channelCount: 2, amplitude: 0.25)
    #expect(sine.count == 96)
    #expect(sine[24] == 0.25 && sine[25] == 0.25 && sine[0] == 0)
  }

  @Test func timeRunsOut() async throws {
    #expect(try await withTimeout(.seconds(20)) { 5 } == 5)
    await #expect(throws: ToolFailure.self) {
      try await withTimeout(.milliseconds(10)) { try await Task.sleep(for: .seconds(1000)) }
    }
    #expect(try await withBlockingTimeout(.seconds(20)) { 6 } == 6)
    await #expect(throws: ToolFailure.self) {
      try await withBlockingTimeout(.milliseconds(10)) { sleep(2) }
    }
    await #expect(throws: ToolFailure.self) {
      try await eventually("never", within: .milliseconds(10)) { false }
    }
  }

  @Test func aMissingProgramSkipsAtHomeAndFailsInCI() throws {
    let problem = Requirement.missing(["sh", "sd-no-such-program"])
    #expect(problem?.description.contains("sd-no-such-program") == true)
    #expect(Requirement.missing(["sh", "cat"]) == nil)
    #expect(try Requirement.isMet(nil, environment: ["CI": "true"]))
    #expect(try !Requirement.isMet(problem, environment: [:]))
    #expect(throws: ToolFailure.self) {
      try Requirement.isMet(problem, environment: ["CI": "true"])
    }
  }

  @Test func programsLieBesideTheirTests() {
    #expect(BuiltTool.buildDirectory(ofImage: "/b/debug/sdPackageTests.xctest") == "/b/debug")
    #expect(
      BuiltTool.buildDirectory(ofImage: "/b/debug/sd.xctest/Contents/MacOS/sd") == "/b/debug")
    #expect(BuiltTool.buildDirectory(ofImage: "/b/debug/sd-play") == "/b/debug")
    #expect(FileManager.default.fileExists(atPath: BuiltTool.packageFile("Package.swift")))
  }

  @Test func commandsReadAsTyped() {
    #expect(Command.program("sox", ["-n", "a b", ""]).description == "sox -n 'a b' ''")
  }
}
