import PCM
import Platform
import TestSupport
import Testing

@testable import SoundDevice

/// What a reader gives of a stream on the virtual host; the order among losses is a property of
/// ``LedgerPropertyTests``.
struct InputReaderTests {
  private func stream(_ bench: VirtualBench) throws -> RawAudioInputStream {
    try RawAudioInputStream(
      bench.parameters(1), format: .float32, options: StreamOptions(bufferFrameCount: 16384))
  }

  /// All segments up to the end, frames counted and joined.
  private func segments(_ reader: inout InputReader) throws -> [InputSegment] {
    var segments: [InputSegment] = []
    var block = [Float](repeating: 0, count: 1000)
    while true {
      var span = block.mutableSpan
      var bytes = unsafe span.mutableBytes
      switch try reader.next(into: &bytes) {
      case .frames(let count):
        if case .frames(let before) = segments.last {
          segments[segments.count - 1] = .frames(before + count)
        } else {
          segments.append(.frames(count))
        }
      case .gap(let gap): segments.append(.gap(gap))
      case .interrupted: break
      case .end: return segments
      }
    }
  }

  @Test func framesStopAtAGap() throws {
    let bench = try VirtualBench("block=256,pace=realtime,xrun@1000:100,xrun@3000:50")
    let stream = try stream(bench)
    var reader = InputReader(stream)
    try stream.start()
    while stream.readAvailable < 4000 { try stream.wait(timeout: .seconds(0.01)) }
    try stream.abort()
    let found = try segments(&reader)
    let gaps = found.compactMap { segment -> Gap? in
      if case .gap(let gap) = segment { gap } else { nil }
    }
    #expect(gaps.map(\.frameCount) == [100, 50], "\(found)")
    #expect(found.count == 5 && found[0] == .frames(gaps[0].position), "\(found)")
    #expect(found[2] == .frames(gaps[1].position - gaps[0].position), "\(found)")
    #expect(stream.readAvailable == 0)
  }

  @Test func aStreamThatWasNeverStartedHasEnded() throws {
    let stream = try stream(VirtualBench())
    var reader = InputReader(stream)
    #expect(try segments(&reader).isEmpty)
  }

  @Test func aLostDeviceIsThrownAfterAllThatCameBefore() throws {
    let bench = try VirtualBench("pace=realtime,lost@4800")
    let stream = try stream(bench)
    var reader = InputReader(stream)
    try stream.start()
    #expect(code { try stream.wait() } == .hostLost)
    var count = 0
    var failure: PortAudioError?
    var block = [Float](repeating: 0, count: 1000)
    while failure == nil {
      var span = block.mutableSpan
      var bytes = unsafe span.mutableBytes
      do throws(PortAudioError) {
        if case .frames(let some) = try reader.next(into: &bytes) { count += some }
      } catch { failure = error }
    }
    #expect(count == 4800 && failure?.code == .hostLost)
  }

  @Test func whoWaitsIsInterrupted() throws {
    let bench = try VirtualBench("pace=realtime,stall@256")
    let stream = try stream(bench)
    var reader = InputReader(stream)
    try stream.start()
    while stream.readAvailable == 0 { try stream.wait(timeout: .seconds(0.01)) }
    var block = [Float](repeating: 0, count: 16384)
    var span = block.mutableSpan
    var bytes = unsafe span.mutableBytes
    // What is there is given even so.
    #expect(try reader.next(into: &bytes) { true } == .frames(256))
    let flag = AtomicFlag()
    startThread(named: "sd-test-waker") {
      flag.set()
      stream.wakeWaiting()
    }
    #expect(try reader.next(into: &bytes) { flag.isSet } == .interrupted)
    try stream.abort()
  }

  @Test func aPauseIsAGap() throws {
    let bench = try VirtualBench("pace=realtime")
    let stream = try stream(bench)
    var reader = InputReader(stream)
    try stream.start()
    while stream.readAvailable < 1000 { try stream.wait(timeout: .seconds(0.01)) }
    try stream.pause()
    let position = stream.readAvailable
    #expect(stream.isPaused)
    SoundSystem.pause(seconds: 0.05)
    try stream.resume()
    while stream.readAvailable < position + 1000 { try stream.wait(timeout: .seconds(0.01)) }
    try stream.abort()
    let found = try segments(&reader)
    #expect(found.count == 3 && found[0] == .frames(position), "\(found)")
    guard case .gap(let gap) = found[1] else { throw ToolFailure("no gap: \(found)") }
    #expect(gap.cause == .pause && gap.position == position)
    #expect(gap.frameCount >= 2400 && gap.frameCount == stream.losses.pausedFrameCount)
  }
}
