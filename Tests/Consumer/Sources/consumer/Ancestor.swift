import PCM
import SoundDeviceVerbs

/// The ancestor's functions by their own names.
func playWithTheAncestorsFunctions() throws {
  let data = SampleBuffer<Float>(frameCount: 480, channelCount: 2)
  try play(data, sampleRate: 48_000)
  try wait(timeout: .seconds(30))
  let shorts = try rec(frameCount: 480, of: Int16.self).wait(timeout: .seconds(30))
  let same = try rec(into: shorts, blocking: true).wait()
  let heard = try playrec(data, recording: Int32.self).wait(timeout: .seconds(30))
  try playrec(data).wait(timeout: .seconds(30))
  try playrec(data, into: same, blocking: true).wait()
  try play(data, loop: true)
  sleep(milliseconds: 10)
  try stop()
  guard status().isEmpty, stream()?.isClosed == true, heard.frameCount == 480,
    portAudioVersion().number > 0
  else { fatalError("the ancestor's functions do something else") }
}
