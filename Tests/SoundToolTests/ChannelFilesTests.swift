import PCM
import Testing

@testable import SoundTool

/// Keeps what it is given.
final class MemorySink: FrameSink {
  let name = "memory"
  let format: StreamFormat
  let isStream = false
  let clippedCount = 0
  private(set) var bytes: [UInt8] = []
  private(set) var captured: [Double?] = []
  private(set) var isClosed = false
  private(set) var partCount = 0
  var failure: ToolError?

  init(_ format: StreamFormat) { self.format = format }

  var frameCount: Int { bytes.count / format.bytesPerFrame }

  func write(_ frames: RawSpan, captured: Double?) throws(ToolError) {
    if let failure { throw failure }
    unsafe frames.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    self.captured.append(captured)
  }

  func completePart() throws(ToolError) { partCount += 1 }

  func close() throws(ToolError) {
    isClosed = true
    if let failure { throw failure }
  }
}

struct ChannelFilesTests {
  static let format = StreamFormat(encoding: .s24le, rate: 48000, channelCount: 3)

  @Test func eachChannelGetsItsOwnSamples() throws {
    var sinks: [MemorySink] = []
    let files = try ChannelFiles(Self.format) { channel, mono throws(ToolError) in
      #expect(mono.channelCount == 1)
      #expect(channel == sinks.count + 1)
      sinks.append(MemorySink(mono))
      return sinks[channel - 1]
    }
    let frames = (0..<(9 * 40)).map { UInt8(truncatingIfNeeded: $0) }
    unsafe try files.write(frames.span.bytes, captured: 7)
    try files.completePart()
    try files.close()
    #expect(files.frameCount == 40 && sinks.map(\.partCount) == [1, 1, 1])
    for (index, sink) in sinks.enumerated() {
      let starts = (0..<40).map { $0 * 9 + index * 3 }
      let expected = starts.flatMap { start in frames[start..<(start + 3)] }
      #expect(sink.bytes == expected)
      #expect(sink.captured == [7])
      #expect(sink.isClosed)
    }
  }

  @Test func oneThatFailsLetsTheOthersBeCompleted() throws {
    var sinks: [MemorySink] = []
    let files = try ChannelFiles(Self.format) { _, mono throws(ToolError) in
      let sink = MemorySink(mono)
      sinks.append(sink)
      return sink
    }
    sinks[1].failure = .failure("b", "disk full")
    #expect(throws: ToolError.failure("b", "disk full")) { try files.close() }
    #expect(sinks.allSatisfy { $0.isClosed })
    #expect(files.frameCount == 0)
  }
}

struct DiskGuardTests {
  @Test func aFullDiskEndsTheRecordingBeforeItIsWrittenTo() throws {
    let sink = MemorySink(ChannelFilesTests.format)
    let sizes = [5_000_000, 900_000]
    var asked = 0
    let guarded = DiskGuard(sink, path: "/a/b.wav", leastByteCount: 1_000_000, interval: 0) {
      path in
      #expect(path == "/a")
      asked += 1
      return sizes[min(asked, sizes.count) - 1]
    }
    let frame = [UInt8](repeating: 1, count: 9)
    unsafe try guarded.write(frame.span.bytes)
    let error = #expect(throws: ToolError.self) { unsafe try guarded.write(frame.span.bytes) }
    #expect(error?.status == .failure)
    #expect(error?.message.contains("--min-free") == true)
    #expect(guarded.frameCount == 1)
    try guarded.close()
    #expect(sink.isClosed)
  }

  @Test func aDiskNobodyKnowsIsNoReason() throws {
    let sink = MemorySink(ChannelFilesTests.format)
    let guarded = DiskGuard(sink, path: "b.wav", leastByteCount: 1, interval: 0) { _ in nil }
    let frame = [UInt8](repeating: 1, count: 9)
    unsafe try guarded.write(frame.span.bytes)
    #expect(sink.frameCount == 1)
  }
}
