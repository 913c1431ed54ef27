import PCM
import Platform
import SoundDevice

/// What the audio thread's clock of CPU time said whenever it came by.
///
/// The callback marks; what it marked is read once its stream is closed.
@safe private final class Marks: @unchecked Sendable {
  private let times: UnsafeMutableBufferPointer<Double>
  private var count = 0

  init(room: Int) {
    unsafe times = .allocate(capacity: room)
    unsafe times.initialize(repeating: 0)
  }

  func mark() {
    guard unsafe count < times.count else { return }
    var now = timespec()
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now)
    unsafe times[count] = Double(now.tv_sec) * 1e9 + Double(now.tv_nsec)
    count += 1
  }

  /// The median of the times between the marks, without those of the beginning.
  func typical() -> Double {
    let intervals = unsafe zip(times[..<count].dropFirst(), times[..<count]).map { $0 - $1 }
    let settled = intervals.dropFirst(intervals.count / 10).sorted()
    return settled.isEmpty ? 0 : settled[settled.count / 2]
  }
}

// What a callback on duplex streams costs, as `floor callback` in C, which see for the arguments and
// for what is printed.
@main
struct CallbackBenchmark {
  static func main() throws {
    let words = CommandLine.arguments
    guard words.count == 7, let seconds = Double(words[3]), let block = Int(words[4]), block > 0,
      let channelCount = Int(words[5]), let streamCount = Int(words[6])
    else {
      print("usage: sd-bench-callback empty|wire|map|sine DEVICE SECONDS BLOCK CHANNELS STREAMS")
      exit(2)
    }
    let parameters = StreamParameters(
      device: try Device.find(words[2]), channelCount: channelCount, latency: .low)
    let marks = Marks(room: 1 << 18)
    let options = StreamOptions(sampleRate: 48_000, blockSize: block, clips: false)
    let streams = try (0..<streamCount).map { index in
      let isMarked = index == streamCount - 1
      let stream: AudioStream<Float>
      switch words[1] {
      case "wire", "map":
        var input = parameters
        if words[1] == "map" { input.channelMap = try ChannelMap((1...channelCount).reversed()) }
        stream = try AudioStream<Float>(
          input: input, output: parameters, options: options
        ) { input, output, _ in
          output.copy(from: input)
          if isMarked { marks.mark() }
          return .continue
        }
      case "sine":
        var phase: Float = 0
        stream = try AudioStream<Float>(
          input: parameters, output: parameters, options: options
        ) { _, output, info in
          for frame in 0..<info.frameCount {
            let sample = 0.2 * sinf(phase)
            for channel in 0..<channelCount { output[frame * channelCount + channel] = sample }
            phase += 0.0575958653
            if phase > 6.2831853 { phase -= 6.2831853 }
          }
          if isMarked { marks.mark() }
          return .continue
        }
      default:
        stream = try AudioStream<Float>(
          input: parameters, output: parameters, options: options
        ) { _, _, _ in
          if isMarked { marks.mark() }
          return .continue
        }
      }
      try stream.start()
      return stream
    }
    usleep(UInt32(seconds * 1e6))
    for stream in streams.reversed() {
      try stream.stop()
      try stream.close()
    }
    print(marks.typical().rounded())
  }
}
