import PCM
import TestSupport
import Testing

@testable import SoundDevice

/// What `virtual:null` hears from a file, and keeps in one.
struct VirtualFilesTests {
  private let folder: TemporaryDirectory
  init() throws { folder = try TemporaryDirectory() }

  @Test func inputIsTheFileThenSilence() throws {
    let path = try folder.write(bytes(of: (1...20).map(Float.init)), to: "in.f32")
    let bench = try VirtualBench("input=\(path)")
    let heard = try Sound.record(
      frameCount: 12, of: Float.self, channelCount: 2, device: bench.null
    ).wait()
    #expect(heard.samples == (1...20).map(Float.init) + [0, 0, 0, 0])
  }

  @Test func lostFramesAreMissingFromWhatIsHeard() throws {
    let path = try folder.write(bytes(of: (0..<600).map(Float.init)), to: "in.f32")
    let bench = try VirtualBench("input=\(path),xrun@256:100")
    let heard = try Sound.record(
      frameCount: 500, of: Float.self, channelCount: 1, device: bench.null
    ).wait()
    #expect(heard.samples == (Array(0..<256) + Array(356..<600)).map(Float.init))
  }

  @Test func outputIsKept() throws {
    let path = folder.file("out.f32")
    let bench = try VirtualBench("output=\(path)")
    let sound = (1...1000).map { Float($0) / 1000 }
    try Sound.play(SampleBuffer(sound, channelCount: 2), device: bench.null).wait()
    let kept = values(of: Float.self, from: try folder.read("out.f32"))
    #expect(kept.prefix(1000).elementsEqual(sound) && kept.dropFirst(1000).allSatisfy { $0 == 0 })
  }

  @Test func aFileThatCannotBeOpenedIsAnError() throws {
    let bench = try VirtualBench("input=\(folder.file("none")),output=\(folder.path)")
    let input = #expect(throws: PortAudioError.self) {
      try Sound.record(frameCount: 1, of: Float.self, channelCount: 1, device: bench.null)
    }
    #expect(input?.hostError?.text == "\(folder.file("none")): no such file or directory")
    let output = #expect(throws: PortAudioError.self) {
      try Sound.play(SampleBuffer([Float(1)], channelCount: 1), device: bench.null)
    }
    #expect(output?.hostError?.text == "\(folder.path): is a directory")
  }
}
