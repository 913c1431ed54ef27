import PCM
import SoundDevice

/// The snippets of FromPython.
let fromPythonSnippets: [Snippet] = [
  ("FromPython 1", fromPython1),
  ("FromPython 2", fromPython2),
  ("FromPython 3", fromPython3),
  ("FromPython 4", fromPython4),
  ("FromPython 5", fromPython5),
  ("FromPython 6", fromPython6),
  ("FromPython 7", fromPython7),
  ("FromPython 8", fromPython8),
  ("FromPython 9", fromPython9),
  ("FromPython 10", fromPython10),
  ("FromPython 11", fromPython11),
  ("FromPython 12", fromPython12),
  ("FromPython 13", fromPython13),
  ("FromPython 14", fromPython14),
  ("FromPython 15", fromPython15),
  ("FromPython 16", fromPython16),
  ("FromPython 17", fromPython17),
  ("FromPython 18", fromPython18),
  ("FromPython 19", fromPython19),
]

private func fromPython1() throws {
  let stereo = SampleBuffer<Float>([0.1, -0.1, 0.2, -0.2], channelCount: 2)
  try Sound.play(stereo, sampleRate: 48_000)
  try Sound.play(stereo, mapping: ChannelMap([2, 1]), blocking: true)

  let mono = SampleBuffer<Double>([0.1, 0.2, 0.3])
  let everywhere = try Sound.play(mono, mapping: ChannelMap([1, 2]), loop: true)
  try everywhere.stop()
}

private func fromPython2() throws {
  let floats = try Sound.record(frameCount: 480).wait()
  let shorts = try Sound.record(frameCount: 480, of: Int16.self, channelCount: 1).wait()
  let second = try Sound.record(frameCount: 480, mapping: ChannelMap([2])).wait()

  var own = SampleBuffer<Int16>(frameCount: 480, channelCount: 2)
  own = try Sound.record(into: own, blocking: true).wait()
  print(floats.frameCount, shorts.channelCount, second.channelCount, own.frameCount)
}

private func fromPython3() throws {
  let data = SampleBuffer<Int16>(frameCount: 480, channelCount: 2)
  let same = try Sound.playAndRecord(data, inputChannelCount: 1).wait()
  let other = try Sound.playAndRecord(
    data, recording: Float.self, inputMapping: ChannelMap([2, 1])
  ).wait()
  let own = try Sound.playAndRecord(
    data, into: SampleBuffer<Double>(frameCount: 480, channelCount: 1)
  ).wait()
  print(same.channelCount, other.channelCount, own.channelCount)
}

private func fromPython4() throws {
  try Sound.play(SampleBuffer<Float>(frameCount: 480))
  let flags = try Sound.wait(timeout: .seconds(10))
  print(flags, Sound.status, Sound.stream?.isClosed ?? true)

  try Sound.play(SampleBuffer<Float>(frameCount: 480_000))
  try Sound.stop()
  Sound.sleep(for: .milliseconds(10))
}

private func fromPython5() throws {
  let devices = try DeviceList.current()
  print(devices)
  let first = devices[0]
  print(first.name, first.hostAPIIndex, first.maxInputChannelCount, first.maxOutputChannelCount)
  print(first.defaultLowInputLatency, first.defaultHighOutputLatency, first.defaultSampleRate)
  print(try devices.find("virtual:loopback", for: .input).id)
  for api in try HostAPI.all() {
    print(api.name, api.deviceIndexes, api.defaultInputDeviceIndex, api.defaultOutputDeviceIndex)
  }
}

private func fromPython6() throws {
  let parameters = StreamParameters(device: "virtual:null", channelCount: 2)
  try parameters.check(for: .input, format: .int16, sampleRate: 44_100)
  try parameters.check(for: .output)
}

private func fromPython7() throws {
  let usual = try Device.find("virtual:null")
  try DeviceList.refresh()
  try Sound.play(SampleBuffer<Float>(frameCount: 480), device: usual).wait()
  let (number, text) = Sound.portAudioVersion
  print(number, text)
}

private func fromPython8() throws {
  Defaults.current.setDevice("virtual:loopback")
  Defaults.current.setLatency(.low)
  Defaults.current.setFormat(.int16)
  Defaults.current.setChannelCount(2)
  Defaults.current.input.channelCount = 1
  Defaults.current.sampleRate = 48_000
  Defaults.current.blockSize = 0
  Defaults.current.clips = true
  Defaults.current.dithers = false
  Defaults.current.neverDropInput = false
  Defaults.current.primeOutputBuffersUsingStreamCallback = true
  print(try Defaults.hostAPIIndex ?? -1)
  Defaults.reset()
}

private func fromPython9() throws {
  var parameters = StreamParameters(device: "virtual:null", channelCount: 2)
  parameters.hostSettings = .coreAudio(CoreAudioSettings(changesDeviceParameters: true))
  do {
    try parameters.check(for: .output)
  } catch {
    print(error.code == .incompatibleHostSettings, error)
  }
}

private func fromPython10() throws {
  let wire = try AudioStream<Float>(
    input: StreamParameters(channelCount: 2), output: StreamParameters(channelCount: 2)
  ) { input, output, info in
    output.copy(from: input)
    return .continue
  }
  try wire.run { Sound.sleep(for: .milliseconds(100)) }
}

private func fromPython11() throws {
  let wire = try RawAudioStream(
    input: StreamParameters(channelCount: 2), output: StreamParameters(channelCount: 2),
    inputFormat: .int24, outputFormat: .int24
  ) { input, output, info in
    output.copy(from: input)
    return .continue
  }
  try wire.run { Sound.sleep(for: .milliseconds(100)) }
}

private func fromPython12() throws {
  var errors = CallbackFlags()
  var calls = 0
  let input = try AudioInputStream<Int8>(
    StreamParameters(channelCount: 1), finished: { print("finished") }
  ) { input, info in
    errors.formUnion(info.flags)
    calls += 1
    if errors.contains(.inputOverflow) { return .abort }
    return calls < 10 && info.inputTime <= info.currentTime ? .continue : .complete
  }
  try input.start()
  try input.wait()
  try input.close()
}

private func fromPython13() throws {
  let device = try Device.find("virtual:loopback")
  let parameters = StreamParameters(
    device: device, channelCount: 1, channelMap: try ChannelMap([2]), latency: .seconds(0.1))
  let stream = try AudioStream<Int32>(
    input: parameters, output: parameters,
    options: StreamOptions(
      sampleRate: 48_000, blockSize: 0, clips: false, dithers: false, neverDropInput: true,
      primeOutputBuffersUsingStreamCallback: true),
    finished: {}
  ) { input, output, info in .continue }
  try stream.start()
  print(stream.isActive, stream.isStopped, stream.isClosed, stream.time, stream.cpuLoad)
  print(stream.sampleRate, stream.blockSize, stream.inputLatency, stream.outputLatency)
  print(stream.inputChannelCount, stream.outputDevice?.id ?? "", stream.inputFormat.byteCount)
  try stream.abort()
  try stream.close()
}

private func fromPython14() throws {
  let stereo = StreamParameters(channelCount: 2)
  let stream = try AudioStream<Int16>(input: stereo, output: stereo)
  try stream.start()
  let (data, overflowed) = try stream.read(frameCount: 1_000, timeout: .seconds(5))
  let underflowed = try stream.write(data, timeout: .seconds(5))
  print(overflowed, underflowed, stream.readAvailable, stream.writeAvailable)
  try stream.stop()
  try stream.close()
}

private func fromPython15() throws {
  let raw = try RawAudioInputStream(StreamParameters(channelCount: 1), format: .int24)
  try raw.start()
  let (bytes, overflowed) = try raw.read(frameCount: 100, timeout: .seconds(5))
  try raw.close()
  print(bytes.count, overflowed)
}

private func fromPython16() async throws {
  let microphone = try AudioInputStream<Float>(StreamParameters(channelCount: 1))
  try await microphone.start()
  var heard = 0
  for try await block in microphone.blocks(frameCount: 480) {
    heard += block.buffer.frameCount
    if heard >= 2_400 { break }
  }
  try await microphone.close()
}

private func fromPython17() async throws {
  let speaker = try AudioOutputStream<Float>(StreamParameters(channelCount: 1))
  try await speaker.start()
  try await speaker.write(SampleBuffer<Float>(frameCount: 2_400))
  try await speaker.close()
}

private func fromPython18() throws {
  do {
    try Sound.play(SampleBuffer<Float>(frameCount: 480), sampleRate: -1)
  } catch {
    print(error.code == .invalidSampleRate, error.operation, error.hostError?.text ?? "", error)
  }
}

private func fromPython19() throws {
  let exact = SampleBuffer<Int24>([-8_388_608, 0, 8_388_607])
  let double = try Sound.playAndRecord(exact, recording: Double.self, inputChannelCount: 1).wait()
  print(double.converted(to: Int24.self).samples.count)
}
