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

// What an empty callback on duplex streams costs, as `floor empty` in C, which see for the arguments
// and for what is printed.
@main
struct CallbackBenchmark {
  static func main() throws {
    let words = CommandLine.arguments
    guard words.count == 6, let seconds = Double(words[2]), let block = Int(words[3]), block > 0,
      let channelCount = Int(words[4]), let streamCount = Int(words[5])
    else {
      print("usage: sd-bench-callback DEVICE SECONDS BLOCK CHANNELS STREAMS")
      exit(2)
    }
    let parameters = StreamParameters(
      device: try Device.find(words[1]), channelCount: channelCount, latency: .low)
    let marks = Marks(room: 1 << 18)
    let streams = try (0..<streamCount).map { index in
      let stream = try AudioStream<Float>(
        input: parameters, output: parameters,
        options: StreamOptions(sampleRate: 48_000, blockSize: block, clips: false)
      ) { _, _, _ in
        if index == streamCount - 1 { marks.mark() }
        return .continue
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
