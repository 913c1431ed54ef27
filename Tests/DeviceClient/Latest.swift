import PCM
import SoundDevice

/// `wait()`, `stop()`, `status` and `stream` act on the latest run and on nothing else.
func checkLatest() throws {
  let device = try Device.find("virtual:loopback")
  check(try Sound.wait() == [], "nothing to wait for")
  try Sound.stop()
  check(Sound.status == [] && Sound.stream == nil, "nothing was begun")

  let other = try AudioInputStream<Float>(StreamParameters(device: device)) { _, _ in .continue }
  try other.start()
  let tone = SampleBuffer<Float>(frameCount: 480_000)
  let first = try Sound.play(tone, device: device, loop: true)
  let second: Recording<Float> = try Sound.record(frameCount: 480_000, device: device)
  check(Sound.stream?.isActive == true, "the latest runs")
  check(code { try Sound.wait(timeout: .seconds(0.01)) } == .timedOut, "it goes on")
  try Sound.stop()
  check(!second.isActive && first.isActive && other.isActive, "only the latest is stopped")
  check(Sound.stream?.isClosed == true, "and closed")
  check(try Sound.wait() == [], "it is over")

  check(code { try Sound.play(tone, sampleRate: -1, device: device) } != nil, "a wrong rate")
  check(Sound.stream?.isClosed == true, "what never began is not the latest")
  try Sound.play(SampleBuffer<Float>(frameCount: 480), device: device)
  try Sound.wait(timeout: .seconds(30))
  check(first.isActive, "the first goes on")
  try first.stop()
  try other.close()
  say("the latest")
}

/// Looking again needs all streams closed, and finds older devices again by their words.
func checkRefresh(on query: String) throws {
  let device = try Device.find(query)
  let open = try AudioOutputStream<Float>(
    StreamParameters(device: device, channelCount: 2)
  ) { _, _ in .continue }
  do {
    try DeviceList.refresh()
    fail("refreshed while a stream is open")
  } catch { check("\(error)".hasPrefix("refreshing devices: "), "\(error)") }
  try open.close()
  let list = try DeviceList.refresh()
  check(list.contains { $0.id == device.id }, "still listed")
  try StreamParameters(device: device, channelCount: 2).check(for: .output)
  try Sound.play(SampleBuffer<Float>(frameCount: 480, channelCount: 2), device: device).wait(
    timeout: .seconds(30))

  Defaults.current.setDevice(device)
  Defaults.current.setChannelCount(1)
  Defaults.current.setFormat(.int16)
  let raw = try RawAudioInputStream()
  check(raw.inputDevice?.id == device.id && raw.inputChannelCount == 1, "defaults are used")
  check(raw.inputFormat == .int16, "\(raw.inputFormat) by default")
  try raw.close()
  Defaults.reset()
  say("refreshed")
}
