#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif
import SoundDevice

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
    let streams = try (0..<streamCount).map { _ in
      let stream = try AudioStream<Float>(
        input: parameters, output: parameters,
        options: StreamOptions(sampleRate: 48_000, blockSize: block, clipOff: true)
      ) { _, _, _ in .continue }
      try stream.start()
      return stream
    }
    func deliveredCount() -> Int { streams.reduce(0) { $0 + $1.losses.input.delivered } }
    usleep(300_000)
    let framesBefore = deliveredCount()
    let before = processNanoseconds()
    usleep(UInt32(seconds * 1e6))
    let used = processNanoseconds() - before
    let callbacks = Double(deliveredCount() - framesBefore) / Double(block)
    print(callbacks > 0 ? (used / callbacks).rounded() : 0)
    for stream in streams {
      try stream.stop()
      try stream.close()
    }
  }

  private static func processNanoseconds() -> Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
  }
}
