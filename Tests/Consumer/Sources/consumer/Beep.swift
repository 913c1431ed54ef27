import Foundation
import SoundDevice

/// Plays a second of 440 Hz.
func beep(on device: Device) throws {
  let rate = device.defaultSampleRate
  var phase = 0.0  // moves into the callback
  let tone = try AudioOutputStream<Float>(
    StreamParameters(device: device, channelCount: 1), options: StreamOptions(sampleRate: rate)
  ) { output, info in
    for frame in output.indices {
      output[frame] = Float(0.2 * sin(phase))
      phase += 2 * .pi * 440 / rate
    }
    return info.position < Int(rate) ? .continue : .complete
  }
  try tone.start()
  try tone.wait()
  try tone.close()
}
