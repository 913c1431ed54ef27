import PCM
import SoundDevice

/// Does something that would never end, says so, and tells with which error it ended and how many
/// frames were recorded until then.
func lose(_ what: String, on query: String) throws {
  let device = try Device.find(query)
  let options = StreamOptions(stallTime: .seconds(1))
  let long = SampleBuffer<Float>(frameCount: 480_000_000 / 100, channelCount: 2)
  let parameters = StreamParameters(device: device, channelCount: 2)
  switch what {
  case "play":
    let playback = try Sound.play(long, device: device, loop: true, options: options)
    report("running")
    report(code { try playback.wait() })
  case "rec":
    let recording = try Sound.record(
      frameCount: long.frameCount, of: Int16.self, channelCount: 2, device: device,
      options: options)
    while recording.recordedFrameCount == 0 { Sound.sleep(for: .milliseconds(1)) }
    report("running")
    report(code { try recording.wait() }, recording.recorded.frameCount)
  case "playrec":
    let recording = try Sound.playAndRecord(
      long, inputChannelCount: 2, inputDevice: device, outputDevice: device, options: options)
    while recording.recordedFrameCount == 0 { Sound.sleep(for: .milliseconds(1)) }
    report("running")
    report(code { try recording.wait() }, recording.recorded.frameCount)
  case "read":
    let stream = try AudioInputStream<Float>(parameters, options: options)
    try stream.start()
    var count = 0
    report(
      code {
        while true {
          count += try stream.read(frameCount: 100).0.frameCount
          if count == 100 { report("running") }
        }
      }, count)
  case "write":
    let stream = try AudioOutputStream<Float>(parameters, options: options)
    try stream.start()
    report("running")
    report(code { while true { try stream.write(long) } })
  case "callback":
    let stream = try AudioStream<Float>(
      input: parameters, output: parameters, options: options, finished: { say("finished") }
    ) { _, _, _ in .continue }
    try stream.start()
    report("running")
    _ = try? stream.wait()
    report(code { try stream.stop() })
  default: fail("sd-test-client: no such loss")
  }
}

private func report(_ code: PortAudioError.Code?, _ frameCount: Int = 0) {
  say("\(code == .hostLost ? "lost" : "code \(code?.rawValue ?? 0)") \(frameCount)")
}
