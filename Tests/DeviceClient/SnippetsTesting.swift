import PCM
import SoundDevice

/// The snippets of Testing.
let testingSnippets: [Snippet] = [
  ("Testing 2", testing2),
  ("Testing 3", testing3),
  ("Testing 5", testing5),
]

/// The first sound louder than `threshold`, up to 1024 quiet frames in a row.
func firstSound(on microphone: AudioInputStream<Float>, threshold: Float) async throws -> [Float] {
  var sound: [Float] = []
  var quietCount = 0
  for try await block in microphone.blocks(frameCount: 256) {
    if block.lostFrameCount > 0, !sound.isEmpty {
      sound += [Float](repeating: 0, count: block.lostFrameCount)
    }
    for sample in block.buffer.samples {
      quietCount = abs(sample) < threshold ? quietCount + 1 : 0
      if sound.isEmpty, quietCount > 0 { continue }
      sound.append(sample)
      if quietCount == 1_024 { return sound.dropLast(1_024) }
    }
  }
  return sound
}

private func testing2() async throws {
  let devices = try VirtualDevices(VirtualConfiguration(sampleRate: 48_000, channelCount: 1))
  let microphone = try AudioInputStream<Float>(StreamParameters(device: devices.loopback))
  try await microphone.start()
  let burst = SampleBuffer<Float>([Float](repeating: 0.5, count: 4_800))
  try await Sound.play(burst, device: devices.loopback)

  async let sound = firstSound(on: microphone, threshold: 0.1)
  try devices.advance(by: 12_000)
  let heard = try await sound
  precondition(heard == burst.samples)
  try await microphone.close()
}

private func testing3() throws {
  let faults: [VirtualConfiguration.Fault] = [
    .xrun(at: 2_560, frameCount: 100), .lost(at: 9_600),
  ]
  let devices = try VirtualDevices(VirtualConfiguration(channelCount: 1, faults: faults))
  let microphone = try AudioInputStream<Float>(StreamParameters(device: devices.loopback))
  try microphone.start()

  try devices.advance(by: 12_000)
  do {
    try microphone.wait()
  } catch {
    precondition(error.code == .hostLost)
  }
  let gap = microphone.takeGaps()[0]
  precondition(gap.position == 2_560 && gap.frameCount == 100)
  precondition(microphone.readAvailable == 9_500)
}

struct Beep {
  var underflowCount = 0

  mutating func render(_ output: inout MutableSpan<Float>, _ info: CallbackInfo) -> CallbackResult {
    if info.flags.contains(.outputUnderflow) { underflowCount += 1 }
    for frame in output.indices {
      output[frame] = (info.position + frame) / 50 % 2 == 0 ? 0.1 : -0.1
    }
    return .continue
  }
}

private func testing5() {
  let info = CallbackInfo(
    frameCount: 2, outputChannelCount: 1, flags: .outputUnderflow, position: 96_000)
  var output: [Float] = [0, 0]
  var room = output.mutableSpan
  var beep = Beep()
  let result = beep.render(&room, info)
  precondition(result == .continue && beep.underflowCount == 1)
  precondition(output == [0.1, 0.1])
}
