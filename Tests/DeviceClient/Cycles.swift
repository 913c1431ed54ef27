import Foundation
import PCM
import SoundDevice

/// Opens, starts, stops and closes streams, one after the other, and leaves every fourth one to its
/// `deinit` while it runs. Prints threads, descriptors and memory after the first tenth and at the
/// end: what a stream leaves behind shows as growth.
func cycle(on query: String, count: Int) throws {
  let device = try Device.find(query)
  let parameters = StreamParameters(device: device, channelCount: 2)
  func rounds(_ numbers: Range<Int>) throws {
    for number in numbers {
      let stream: any AudioStreaming =
        number % 2 == 0
        ? try AudioStream<Float>(input: parameters, output: parameters) { _, _, _ in .continue }
        : try AudioStream<Int16>(input: parameters, output: parameters)
      try stream.start()
      if number % 4 == 3 { continue }
      try number % 4 == 1 ? stream.abort() : stream.stop()
      try stream.close()
    }
    try settle()
  }
  try rounds(0..<count / 10)
  let before = usage()
  try rounds(count / 10..<count)
  let after = usage()
  say(
    "\(count) cycles, threads \(before.threads) \(after.threads), descriptors "
      + "\(before.descriptors) \(after.descriptors), KiB \(before.memory) \(after.memory)")
}

/// Waits until the streams that were left are closed, and the threads that have no more to do are
/// over.
private func settle() throws {
  var attempts = 0
  while true {
    do {
      try DeviceList.refresh()
      break
    } catch {
      attempts += 1
      guard attempts < 500 else { throw error }
      Sound.sleep(for: .milliseconds(10))
    }
  }
}

/// Threads, open descriptors, and resident memory in KiB; zeros where /proc is not.
private func usage() -> (threads: Int, descriptors: Int, memory: Int) {
  func count(_ folder: String) -> Int {
    (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/\(folder)").count) ?? 0
  }
  let pages = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?
    .split(separator: " ").dropFirst().first.flatMap { Int($0) }
  return (count("task"), count("fd"), (pages ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE))) / 1024)
}
