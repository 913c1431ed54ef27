internal import PCM
internal import Platform
internal import SoundDevice
internal import SoundTool
internal import Synchronization

/// Measures a running stream's round trip, in frames.
///
/// Plays silence, a burst and silence; the sound after that follows without a gap.
struct RoundTripMeasurement {
  /// Frames of the round trip.
  let lag: Int
  /// Frames of input used for the measurement.
  let takenCount: Int
  /// Frames of input after those, before the next sound comes back.
  let skippedCount: Int
  /// Frames played for the measurement.
  let playedCount: Int

  /// Starts the stream and measures.
  ///
  /// - Throws: A failure if there is no single clear peak, or frames were lost meanwhile.
  init(
    _ stream: RawAudioStream, _ played: StreamFormat, _ recorded: StreamFormat,
    _ line: StreamInput, _ run: StreamRun
  ) throws(ToolError) {
    let probe = RoundTripProbe()
    // Some hosts drop the first frames.
    let lead = Int(played.rate / 10)
    let needed = lead + probe.burst.count + Int(played.rate)
    var signal = Signal(probe, lead: lead, played)
    signal.fill(stream)
    try run.start()
    var heard: [Float] = []
    heard.reserveCapacity(needed * recorded.channelCount)
    var takenCount = 0
    var correlating: Correlating?
    let block = Scratch()
    var converter = SampleConverter(
      from: recorded.encoding, to: SampleEncoding(.float32), dither: false)
    // The stream goes on while that is computed.
    while correlating?.isDone != true {
      signal.fill(stream)
      guard let segment = line.next() else { throw run.failure ?? .stopped }
      switch segment {
      case .lost(let error): throw error
      case .mark: continue
      case .gap: throw Self.failure("frames were lost meanwhile")
      case .frames(let frames):
        takenCount += frames.count
        guard correlating == nil else { continue }
        let count = frames.count * recorded.channelCount
        frames.withBytes { bytes in
          block.withMutableBytes(count * MemoryLayout<Float>.stride) {
            converter.convert(bytes, into: &$0)
          }
        }
        block.withMutableSamples(Float.self, count: count) { part in
          for index in part.indices { heard.append(part[index]) }
        }
      }
      if takenCount >= needed, correlating == nil {
        correlating = Correlating(
          probe, Self.loudest(heard, recorded.channelCount, from: lead))
      }
    }
    guard let lag = correlating?.lag else {
      throw Self.failure("no single clear peak; does what is played come back?")
    }
    self.lag = lag
    self.takenCount = takenCount
    playedCount = signal.writtenCount
    skippedCount = playedCount + lag - takenCount
  }

  private static func failure(_ complaint: String) -> ToolError {
    .failure("--compensate measure", complaint)
  }

  /// The channel that has most, from this frame on.
  private static func loudest(_ samples: [Float], _ channelCount: Int, from start: Int) -> [Float] {
    let channels = (0..<channelCount).map { channel in
      stride(from: start * channelCount + channel, to: samples.count, by: channelCount)
        .map { samples[$0] }
    }
    return channels.max { a, b in
      a.reduce(0) { $0 + $1 * $1 } < b.reduce(0) { $0 + $1 * $1 }
    } ?? []
  }
}

/// The correlation, on a thread of its own.
private final class Correlating: Sendable {
  private let result = Mutex<(isDone: Bool, lag: Int?)>((false, nil))

  init(_ probe: RoundTripProbe, _ samples: [Float]) {
    startThread(named: "sd-correlate") { [self] in
      let lag = probe.lag(in: samples.span)
      result.withLock { $0 = (true, lag) }
    }
  }

  var isDone: Bool { result.withLock { $0.isDone } }
  var lag: Int? { result.withLock { $0.lag } }
}

/// Silence, the burst on every channel, and endless silence.
private struct Signal {
  private(set) var writtenCount = 0
  private let format: StreamFormat
  private let lead: Int
  private let burst: [UInt8]
  private let silence: [UInt8]
  private static let blockFrameCount = 1024

  init(_ probe: RoundTripProbe, lead: Int, _ format: StreamFormat) {
    self.format = format
    self.lead = lead
    let samples = probe.burst.flatMap { sample in
      [Float](repeating: sample, count: format.channelCount)
    }
    var burst = [UInt8](repeating: 0, count: probe.burst.count * format.bytesPerFrame)
    var converter = SampleConverter(
      from: SampleEncoding(.float32), to: format.encoding, dither: false)
    var span = burst.mutableSpan
    var bytes = unsafe span.mutableBytes
    unsafe converter.convert(samples.span.bytes, into: &bytes)
    self.burst = burst
    silence = [UInt8](
      repeating: format.encoding.silentByte, count: Self.blockFrameCount * format.bytesPerFrame)
  }

  /// Writes until half a second waits to be played.
  mutating func fill(_ stream: RawAudioStream) {
    let ahead = Int(format.rate / 2)
    while writtenCount - stream.losses.output.delivered < ahead {
      let count = next(stream)
      writtenCount += count
      if count == 0 { return }
    }
  }

  private func next(_ stream: RawAudioStream) -> Int {
    let burstCount = burst.count / format.bytesPerFrame
    let place = writtenCount - lead
    if place >= 0, place < burstCount {
      let rest = place * format.bytesPerFrame..<burst.count
      return unsafe stream.prefill(burst.span.bytes.extracting(rest))
    }
    let most = place < 0 ? min(Self.blockFrameCount, -place) : Self.blockFrameCount
    return unsafe stream.prefill(silence.span.bytes.extracting(0..<most * format.bytesPerFrame))
  }
}
