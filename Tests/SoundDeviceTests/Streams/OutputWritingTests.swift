import PCM
import Platform
import TestSupport
import Testing

@testable import SoundDevice

/// A stream as players and recorders use it.
struct OutputWritingTests {
  private func stream(_ bench: VirtualBench) throws -> RawAudioStream {
    var options = StreamOptions(clips: false)
    options.prebuffersOutput = true
    return try RawAudioStream(
      input: bench.parameters(1), output: bench.parameters(1), inputFormat: .float32,
      outputFormat: .float32, options: options)
  }

  private func read(_ stream: RawAudioStream, upTo count: Int) throws -> [Float] {
    var block = [Float](repeating: .nan, count: count)
    var span = block.mutableSpan
    var bytes = unsafe span.mutableBytes
    var reader = InputReader(stream)
    guard case .frames(let done) = try reader.next(into: &bytes) else { return [] }
    return Array(block.prefix(done))
  }

  @Test func framesThatAreWrittenBeforeTheStartPlayFirst() async throws {
    let bench = try VirtualBench()
    let stream = try stream(bench)
    let numbers = TestSignal.frameNumbers(frameCount: 4000, channelCount: 1)
    #expect(unsafe stream.prefill(numbers.span.bytes) == 4000)
    stream.endOutput()
    let heard = try await withBlockingTimeout(.seconds(20)) {
      try stream.start()
      var heard: [Float] = []
      while heard.count < 3840 { heard += try read(stream, upTo: 500) }
      return heard
    }
    #expect(heard.prefix(256).allSatisfy { $0 == 0 })
    #expect(Array(heard.dropFirst(256).prefix(3500)) == Array(numbers.prefix(3500)))
    try await stream.close()
  }

  @Test func outputHeldUntilATimeIsHeardAtItsFrame() async throws {
    let bench = try VirtualBench()
    let stream = try stream(bench)
    let sound = [Float](repeating: 0.5, count: 4000)
    #expect(unsafe stream.prefill(sound.span.bytes) == 4000)
    stream.endOutput()
    let time = Double(wallNanoseconds()) / 1e9 + 0.5
    stream.holdOutput(until: time)
    let heard = try await withBlockingTimeout(.seconds(20)) {
      try stream.start()
      var heard: [Float] = []
      while true {
        let block = try read(stream, upTo: 500)
        guard !block.isEmpty else { return heard }
        heard += block
      }
    }
    let wanted = (time - (try #require(stream.startTime))) * 48_000
    let first = try #require(heard.firstIndex { $0 != 0 })
    #expect(abs(Double(first) - wanted) <= 1)
    #expect(heard.dropFirst(first).prefix { $0 == 0.5 }.count >= 3700)
    let output = stream.losses.output
    #expect(output.delivered == 4000 && output.inserted == 0)
    #expect(output.padding >= first - 256)
    try await stream.close()
  }

  @Test func aPauseKeepsWhatTheRingsHold() async throws {
    let bench = try VirtualBench("pace=realtime")
    let stream = try stream(bench)
    let numbers = TestSignal.frameNumbers(frameCount: 9600, channelCount: 1)
    _ = unsafe stream.prefill(numbers.span.bytes)
    stream.endOutput()
    try await stream.start()
    let heard = try await withBlockingTimeout(.seconds(30)) {
      var heard: [Float] = []
      while heard.count < 2000 { heard += try read(stream, upTo: 500) }
      try stream.pause()
      #expect(!stream.isActive)
      try stream.resume()
      #expect(stream.isActive)
      while heard.count < 9000 { heard += try read(stream, upTo: 500) }
      return heard
    }
    let sound = heard.compactMap { TestSignal.frameNumber(of: $0, channelCount: 1)?.frame }
    #expect(sound.first == 0 && zip(sound, sound.dropFirst()).allSatisfy { $0 < $1 })
    #expect(stream.losses.output.inserted == 0)
    try await stream.abort()
  }

  @Test func anInterruptedReadAndWriteGiveWhatTheyHave() async throws {
    let bench = try VirtualBench("pace=realtime")
    let stream = try stream(bench)
    try await stream.start()
    let flag = AtomicFlag()
    let written = Shared<Int?>(nil)
    startThread(named: "sd-test-writer") {
      let long = [Float](repeating: 0, count: 4_800_000)
      let count = unsafe try? stream.write(long.span.bytes) { flag.isSet }
      written.update { $0 = count }
    }
    try await eventually("a full ring") { stream.writeAvailable < 24_000 }
    flag.set()
    stream.wakeWaiting()
    try await eventually("the writer to end") { written.value != nil }
    #expect((1..<4_800_000).contains(written.value ?? 0))
    try await stream.close()
  }
}
