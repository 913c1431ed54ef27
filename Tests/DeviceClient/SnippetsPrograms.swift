import Foundation
import PCM
import SoundDevice
import SoundFile
import Synchronization

/// The programs of the article Programs.
let programSnippets: [Snippet] = [
  ("metronome", metronome),
  ("overdub", overdub),
  ("voice_recorder", voiceRecorder),
]

private func metronome() async throws {
  let tempo = Atomic<Int>(120)
  var beat = 0
  let metronome = try AudioOutputStream<Float>(StreamParameters(channelCount: 1)) { output, info in
    let beatLength = Int(60 * info.sampleRate) / tempo.load(ordering: .relaxed)
    for index in output.indices {
      let frame = info.position + index
      if frame - beat >= beatLength { beat += beatLength }
      let age = Double(frame - beat) / info.sampleRate
      if age < 0.02 { output[index] = Float(0.5 * sin(2 * .pi * 1_000 * age)) }
    }
    return .continue
  }
  try await metronome.run {
    try await Task.sleep(for: .milliseconds(50))
    tempo.store(180, ordering: .relaxed)
    try await Task.sleep(for: .milliseconds(50))
  }
}

private func overdub() throws {
  let backing = try AudioFile(path: "song.wav").read(as: Float.self)
  let recording = try Sound.playAndRecord(backing, inputChannelCount: backing.channelCount)
  let take = try recording.wait()
  for gap in recording.stream.takeGaps() { print(gap) }
  var mix = backing
  let lag = recording.stream.reportedRoundTrip ?? 0
  try mix.mix(take[frames: lag...], gain: Gain(decibels: -6))
  var file = try AudioFileWriter(
    path: "overdub.wav", format: AudioFileFormat(.wav), sampleRate: recording.stream.sampleRate,
    channelCount: mix.channelCount)
  try file.write(mix)
  try file.close()
}

private func voiceRecorder() async throws {
  let recorder = Task {
    let microphone = try AudioInputStream<Float>(StreamParameters(channelCount: 1))
    var file: AudioFileWriter?
    var fileCount = 0
    var before = SampleBuffer<Float>(frameCount: 0)
    var quietBlockCount = 0
    try await microphone.start()
    for try await block in microphone.blocks(frameCount: 1_024) {
      if block.lostFrameCount > 0 { print(block.lostFrameCount, "frames lost") }
      let isLoud = block.buffer.samples.contains { abs($0) >= 0.05 }
      quietBlockCount = isLoud ? 0 : quietBlockCount + 1
      if isLoud, file == nil {
        fileCount += 1
        file = try AudioFileWriter(
          path: "voice-\(fileCount).wav", format: AudioFileFormat(.wav),
          sampleRate: microphone.sampleRate, channelCount: 1)
        try file?.write(before)
      }
      try file?.write(block.buffer)
      if quietBlockCount == 50 {
        try file?.close()
        file = nil
      }
      before = block.buffer
    }
    try file?.close()
    try await microphone.close()
  }
  try await Task.sleep(for: .milliseconds(100))
  recorder.cancel()
  try await recorder.value
}
