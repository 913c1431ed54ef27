import PCM
import SoundFile
import TestSupport

/// Files for a program's body, which runs on the virtual devices in this process.
struct BodyBench {
  let folder: TemporaryDirectory
  /// Stereo noise of 16 bits.
  let sound: SampleBuffer<Int16>
  /// A WAV file of it.
  let path: String

  init(frameCount: Int = 4800) throws {
    folder = try TemporaryDirectory()
    sound = SampleBuffer(
      TestSignal.noise(of: Int16.self, frameCount: frameCount, channelCount: 2), channelCount: 2)
    path = folder.file("in.wav")
    var writer = try AudioFileWriter(
      path: path, format: AudioFileFormat(.wav, codec: .pcm(.s16le)), sampleRate: 48_000,
      channelCount: 2)
    try writer.write(sound)
    try writer.close()
  }

  /// The samples of a file in the folder.
  func samples(_ name: String) throws -> [Int16] {
    let file = try AudioFile(path: folder.file(name))
    return Array(try file.read(as: Int16.self).samples)
  }
}
