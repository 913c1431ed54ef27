import PCM
import SoundDevice
import Synchronization

/// 32 playbacks at once: what comes back is exactly their sum.
func playMany() throws {
  let device = try Device.find("virtual:loopback")
  let parameters = StreamParameters(device: device, channelCount: 1)
  let heard = Atomic<Int>(0)
  let frames = Atomic<Int>(0)
  // Samples are whole multiples of 2⁻¹⁵, so that the sum is a whole number.
  let ear = try AudioInputStream<Float>(parameters) { input, _ in
    var sum = 0
    for index in input.indices { sum += Int(input[index] * 32768) }
    heard.add(sum, ordering: .relaxed)
    frames.add(input.count, ordering: .relaxed)
    return .continue
  }
  try ear.start()
  let data = SampleBuffer<Float>((1...4_800).map { Float($0 % 97) / 32768 })
  let playbacks = try (0..<32).map { _ in try Sound.play(data, device: device) }
  for playback in playbacks { check(try playback.wait(timeout: .seconds(60)).isEmpty, "no flags") }
  let enough = frames.load(ordering: .relaxed) + 4096
  while frames.load(ordering: .relaxed) < enough { Sound.sleep(for: .milliseconds(5)) }
  try ear.close()
  let expected = 32 * (1...4_800).reduce(0) { $0 + $1 % 97 }
  let sum = heard.load(ordering: .relaxed)
  check(sum == expected, "\(sum) is \(expected)")
  say("32 at once")
}
