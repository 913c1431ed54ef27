#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif
import SoundDevice

// What a callback costs, in nanoseconds of this process per callback: an empty callback on a duplex
// stream, as `floor empty` in C. Arguments: DEVICE SECONDS BLOCK.
@main
struct CallbackBenchmark {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 4, let seconds = Double(arguments[2]), let block = Int(arguments[3])
    else {
      print("usage: sd-bench-callback DEVICE SECONDS BLOCK")
      exit(2)
    }
    let parameters = StreamParameters(
      device: try Device.find(arguments[1]), channelCount: 2, latency: .low)
    let stream = try AudioStream<Float>(
      input: parameters, output: parameters,
      options: StreamOptions(sampleRate: 48_000, blockSize: block, clipOff: true)
    ) { _, _, _ in .continue }
    try stream.start()
    usleep(300_000)
    let framesBefore = stream.losses.input.delivered
    let before = processNanoseconds()
    usleep(UInt32(seconds * 1e6))
    let used = processNanoseconds() - before
    let frames = stream.losses.input.delivered - framesBefore
    let callbacks = Double(frames) / Double(max(1, block == 0 ? stream.periodFrameCount : block))
    print(callbacks > 0 ? (used / callbacks).rounded() : 0)
    try stream.stop()
    try stream.close()
  }

  private static func processNanoseconds() -> Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
  }
}
