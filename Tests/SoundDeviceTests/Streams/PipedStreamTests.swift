import PCM
import Platform
import TestSupport
import Testing

@testable import SoundDevice

struct PipedStreamTests {
  private func stream(_ bench: VirtualBench, aligned: Bool = false) throws -> PipedStream {
    try PipedStream(
      input: (bench.parameters(1), .float32), output: (bench.parameters(1), .float32),
      options: StreamOptions(clipOff: true), isAligned: aligned)
  }

  private func read(_ stream: PipedStream, upTo count: Int) throws -> [Float] {
    var block = [Float](repeating: .nan, count: count)
    var span = block.mutableSpan
    var bytes = unsafe span.mutableBytes
    let done = try stream.read(into: &bytes) { false }
    return Array(block.prefix(done))
  }

  @Test func framesThatAreWrittenBeforeTheStartPlayFirst() async throws {
    let bench = try VirtualBench()
    let stream = try stream(bench)
    let numbers = TestSignal.frameNumbers(frameCount: 4000, channelCount: 1)
    #expect(unsafe try stream.prefill(numbers.span.bytes) == 4000)
    stream.endOutput()
    let heard = try await withBlockingTimeout(.seconds(20)) {
      try stream.start()
      var heard: [Float] = []
      while heard.count < 3840 { heard += try read(stream, upTo: 500) }
      return heard
    }
    #expect(stream.writtenFrameCount == 4000 && stream.readFrameCount == heard.count)
    #expect(heard.prefix(256).allSatisfy { $0 == 0 })
    #expect(Array(heard.dropFirst(256).prefix(3500)) == Array(numbers.prefix(3500)))
    try stream.close()
  }

  @Test func aPauseKeepsWhatTheRingsHold() async throws {
    let bench = try VirtualBench("pace=realtime")
    let stream = try stream(bench)
    let numbers = TestSignal.frameNumbers(frameCount: 9600, channelCount: 1)
    _ = unsafe try stream.prefill(numbers.span.bytes)
    stream.endOutput()
    try stream.start()
    let heard = try await withBlockingTimeout(.seconds(30)) {
      var heard: [Float] = []
      while heard.count < 2000 { heard += try read(stream, upTo: 500) }
      try stream.session.pause()
      #expect(!stream.isActive)
      try stream.session.resume()
      #expect(stream.isActive)
      while heard.count < 9000 { heard += try read(stream, upTo: 500) }
      return heard
    }
    let sound = heard.compactMap { TestSignal.frameNumber(of: $0, channelCount: 1)?.frame }
    #expect(sound.first == 0 && zip(sound, sound.dropFirst()).allSatisfy { $0 < $1 })
    #expect(stream.losses.output.inserted == 0)
    try stream.abort()
  }

  @Test func anInterruptedReadAndWriteGiveWhatTheyHave() async throws {
    let bench = try VirtualBench("pace=realtime")
    let stream = try stream(bench)
    try stream.start()
    let flag = AtomicFlag()
    let written = Shared<Int?>(nil)
    startThread(named: "sd-test-writer") {
      let long = [Float](repeating: 0, count: 4_800_000)
      let count = unsafe try? stream.write(long.span.bytes) { flag.isSet }
      written.update { $0 = count }
    }
    try await eventually("a full ring") { stream.writeAvailable < 24_000 }
    flag.set()
    stream.session.wake()
    try await eventually("the writer to end") { written.value != nil }
    #expect((1..<4_800_000).contains(written.value ?? 0))
    try stream.close()
  }
}
