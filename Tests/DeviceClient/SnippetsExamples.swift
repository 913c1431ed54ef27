import Foundation
import PCM
import SoundDevice
import SoundFile

/// The examples of the ancestor's folder, which stand in FromPython.
let exampleSnippets: [Snippet] = [
  ("play_file", playFile),
  ("play_long_file", playLongFile),
  ("play_sine", playSine),
  ("play_stream", playStream),
  ("rec_unlimited", recUnlimited),
  ("wire", wire),
  ("spectrogram", spectrogram),
  ("plot_input", plotInput),
  ("asyncio_coroutines", asyncioCoroutines),
  ("asyncio_generators", asyncioGenerators),
]

/// Goes to a directory of its own, with the file that the examples play.
func enterExamplesFolder() throws {
  let folder = NSTemporaryDirectory() + "sd-examples-\(getpid())"
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  guard FileManager.default.changeCurrentDirectoryPath(folder) else {
    throw CocoaError(.fileNoSuchFile)
  }
  var file = try AudioFileWriter(
    path: "song.wav", format: AudioFileFormat(.wav), sampleRate: 48_000, channelCount: 2)
  try file.write(SampleBuffer<Float>(frameCount: 4_800, channelCount: 2))
  try file.close()
}

/// Removes that directory.
func leaveExamplesFolder() throws {
  let folder = FileManager.default.currentDirectoryPath
  try FileManager.default.removeItem(atPath: folder)
}

private func playFile() throws {
  let sound = try AudioFile(path: "song.wav").read(as: Float.self)
  try Sound.play(sound).wait()
}

private func playLongFile() throws {
  let file = try AudioFile(path: "song.wav")
  let speaker = try AudioOutputStream<Float>(
    StreamParameters(channelCount: file.channelCount),
    options: StreamOptions(sampleRate: file.sampleRate))
  try speaker.run {
    while case let block = try file.read(as: Float.self, maxFrameCount: 2_048),
      block.frameCount > 0
    {
      try speaker.write(block, timeout: .seconds(5))
    }
  }
}

private func playSine() throws {
  let frequency = 500.0
  let amplitude = 0.2
  let tone = try AudioOutputStream<Float>(StreamParameters(channelCount: 1)) { output, info in
    for frame in 0..<info.frameCount {
      let time = Double(info.position + frame) / info.sampleRate
      output[frame] = Float(amplitude * sin(2 * .pi * frequency * time))
    }
    return .continue
  }
  try tone.run { Sound.sleep(for: .milliseconds(100)) }
}

private func playStream() throws {
  // Of a radio: ffmpeg -i https://example.org/radio -f wav -
  let command = ["cat", "song.wav"]
  let decoder = Process()
  let pipe = Pipe()
  decoder.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  decoder.arguments = command
  decoder.standardOutput = pipe
  try decoder.run()
  let file = try AudioFile(descriptor: pipe.fileHandleForReading.fileDescriptor)
  let speaker = try AudioOutputStream<Float>(
    StreamParameters(channelCount: file.channelCount),
    options: StreamOptions(sampleRate: file.sampleRate))
  try speaker.run {
    while case let block = try file.read(as: Float.self, maxFrameCount: 1_024),
      block.frameCount > 0
    {
      try speaker.write(block, timeout: .seconds(5))
    }
  }
}

private func recUnlimited() async throws {
  let recording = Task {
    let microphone = try AudioInputStream<Float>(StreamParameters(channelCount: 1))
    var file = try AudioFileWriter(
      path: "take.wav", format: AudioFileFormat(.wav), sampleRate: microphone.sampleRate,
      channelCount: microphone.inputChannelCount)
    try await microphone.start()
    // Ends when the task is cancelled, after the last frame captured by then.
    for try await block in microphone.blocks(frameCount: 1_024) {
      if block.lostFrameCount > 0 { print(block.lostFrameCount, "frames lost") }
      try file.write(block.buffer)
    }
    try file.close()
  }
  try await Task.sleep(for: .milliseconds(100))
  recording.cancel()
  try await recording.value
}

private func wire() throws {
  let stereo = StreamParameters(channelCount: 2)
  let wire = try AudioStream<Float>(input: stereo, output: stereo) { input, output, info in
    if !info.flags.isEmpty { return .abort }
    output.copy(from: input)
    return .continue
  }
  try wire.run { Sound.sleep(for: .milliseconds(100)) }
}

private func spectrogram() async throws {
  let shades = Array(" .:-=+*#%@")
  let frequencies = (0..<60).map { 100 + 32 * Double($0) }
  let microphone = try AudioInputStream<Float>(StreamParameters(channelCount: 1))
  try await microphone.start()
  for try await block in microphone.blocks(frameCount: 2_400).prefix(3) {
    let line = frequencies.map { frequency in
      let angle = 2 * .pi * frequency / microphone.sampleRate
      var (real, imaginary) = (0.0, 0.0)
      for (frame, sample) in block.buffer.samples.enumerated() {
        real += Double(sample) * cos(angle * Double(frame))
        imaginary += Double(sample) * sin(angle * Double(frame))
      }
      let magnitude = 2 * hypot(real, imaginary) / Double(block.buffer.frameCount)
      return shades[min(Int(10 * magnitude * Double(shades.count)), shades.count - 1)]
    }
    print(String(line))
  }
  try await microphone.close()
}

private func plotInput() async throws {
  let second = StreamParameters(channelMap: try ChannelMap([2]))
  let microphone = try AudioInputStream<Float>(second)
  try await microphone.start()
  for try await block in microphone.blocks(frameCount: 512).prefix(10) {
    let (low, high) = (block.buffer.samples.min() ?? 0, block.buffer.samples.max() ?? 0)
    let left = Int(40 * (1 + max(-1, low)))
    let width = max(1, Int(40 * (1 + min(1, high))) - left)
    print(String(repeating: " ", count: left) + String(repeating: "#", count: width))
  }
  try await microphone.close()
}

private func asyncioCoroutines() async throws {
  let take = try await Sound.record(frameCount: 4_800, channelCount: 2).wait()
  try await Sound.play(take).wait()
}

private func asyncioGenerators() async throws {
  let mono = StreamParameters(channelCount: 1)
  let stream = try AudioStream<Float>(input: mono, output: mono)
  try await stream.run {
    for try await block in stream.blocks(frameCount: 512).prefix(10) {
      print("peak", block.buffer.samples.map(abs).max() ?? 0, block.flags)
      try await stream.write(block.buffer, timeout: .seconds(5))
    }
  }
}
