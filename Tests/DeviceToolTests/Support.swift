import PCM
import SoundDevice
import SoundTool

@testable import DeviceTool

/// Gives what a test says.
final class ScriptedSource: SegmentSource {
  private var segments: [Segment]

  init(_ segments: [Segment]) { self.segments = segments }

  func next() -> Segment? { segments.isEmpty ? nil : segments.removeFirst() }
}

/// Mono frames of `Float` in memory of their own.
func frames(_ values: [Float], captured: Double? = nil) -> Segment {
  let block = Scratch()
  block.withMutableBytes(values.count * 4) { bytes in
    for (index, value) in values.enumerated() {
      bytes.storeBytes(of: value, toByteOffset: 4 * index, as: Float.self)
    }
  }
  return .frames(
    Frames(
      block: block, range: 0..<values.count, bytesPerFrame: 4, rate: 48_000, captured: captured))
}

func values(_ frames: Frames) -> [Float] {
  frames.withBytes { bytes in
    (0..<frames.count).map { unsafe bytes.unsafeLoad(fromByteOffset: 4 * $0, as: Float.self) }
  }
}

let monoFloats = StreamFormat(encoding: .f32le, rate: 48_000, channelCount: 1)

/// Keeps what is written, until it is full.
final class MemorySink: FrameSink {
  let name = "sink"
  let clippedCount = 0
  let format: StreamFormat
  let isStream = true
  private(set) var samples: [Float] = []
  private(set) var isClosed = false
  /// The capture time of each write.
  private(set) var captured: [Double?] = []
  private let limit: Int

  init(_ format: StreamFormat = monoFloats, limit: Int = .max) {
    self.format = format
    self.limit = limit
  }

  var frameCount: Int { samples.count }

  func write(_ frames: RawSpan, captured: Double?) throws(ToolError) {
    self.captured.append(captured)
    for offset in stride(from: 0, to: frames.byteCount, by: 4) {
      guard samples.count < limit else { throw .failure("sink", "full") }
      samples.append(unsafe frames.unsafeLoad(fromByteOffset: offset, as: Float.self))
    }
  }

  /// Frames before the end of each part.
  private(set) var parts: [Int] = []

  func completePart() throws(ToolError) { parts.append(samples.count) }

  func close() throws(ToolError) { isClosed = true }
}
