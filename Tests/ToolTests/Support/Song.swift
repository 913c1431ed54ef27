import Foundation
import TestSupport
import Testing

/// A file of tones, a frequency of its own in each channel, and what is to be heard of it.
struct Song: CustomTestStringConvertible, Sendable {
  var type: String
  var format: String
  var rate: Int
  var channelCount: Int
  /// What sd-cat says of its conversion to the raw format.
  var words: [String] = []
  /// Its length.
  var seconds = 0.5

  var testDescription: String { "\(type) \(format) \(rate) Hz, \(channelCount) channels" }

  private static let amplitude = 0.25

  /// The frequency of a channel's tone.
  static func hertz(_ channel: Int) -> Double { 300 + 110 * Double(channel) }

  /// The level of each tone that is heard, mixed to so many channels by sd-cat's rule.
  func level(mixedTo count: Int) -> Double {
    if count == 1 { return Self.amplitude / Double(channelCount) }
    return channelCount == 6 ? Self.amplitude / (1 + 2 * 0.5.squareRoot()) : Self.amplitude
  }

  /// Makes the file.
  func make(in folder: TemporaryDirectory) async throws -> (path: String, frameCount: Int) {
    let frameCount = Int(seconds * Double(rate))
    let samples = (0..<frameCount).flatMap { frame in
      (0..<channelCount).map { channel in
        Self.amplitude * sin(2 * .pi * Self.hertz(channel) * Double(frame) / Double(rate))
      }
    }
    let path = folder.file("song-\(rate)-\(channelCount).\(type)")
    let made = try await runTool(
      "sd-cat", ["--from", "f64le:\(rate):\(channelCount)", "-f", format, "-o", path],
      stdin: .bytes(bytes(of: samples)))
    #expect(made.succeeded, "\(made)")
    return (path, frameCount)
  }
}

/// Interleaved samples with their rate and channels.
struct SoundContents {
  var rate: Double
  var channelCount: Int
  var samples: [Double]

  var frameCount: Int { samples.count / channelCount }

  /// What a file holds.
  init(of path: String) async throws {
    let env = try await runTool("sd-cat", ["--env", path]).outputText
    let numbers = env.split(whereSeparator: { " =\n".contains($0) }).map(String.init)
    try #require(numbers.count > 3, "\(path): \(env)")
    let samples = try await runTool("sd-cat", ["-q", "-f", "f64le", path])
    rate = try #require(Double(numbers[1]))
    channelCount = try #require(Int(numbers[3]))
    self.samples = values(of: Double.self, from: samples.output)
  }

  /// Samples of float32.
  init(_ bytes: [UInt8], rate: Double, channelCount: Int) {
    self.rate = rate
    self.channelCount = channelCount
    samples = values(of: Float.self, from: bytes).map(Double.init)
  }

  /// The level of a tone in a channel.
  func level(_ hertz: Double, channel: Int) -> Double {
    var (a, b) = (0.0, 0.0)
    for frame in 0..<frameCount {
      let angle = 2 * .pi * hertz * Double(frame) / rate
      let sample = samples[frame * channelCount + channel]
      a += sample * cos(angle)
      b += sample * sin(angle)
    }
    return 2 * (a * a + b * b).squareRoot() / Double(max(1, frameCount))
  }

  /// The frames from the first to the last that is louder than -60 dB.
  var audible: SoundContents {
    func isHeard(_ frame: Int) -> Bool {
      samples[frame * channelCount..<(frame + 1) * channelCount].contains { abs($0) > 1e-3 }
    }
    var part = self
    guard let first = (0..<frameCount).first(where: isHeard),
      let last = (0..<frameCount).last(where: isHeard)
    else {
      part.samples = []
      return part
    }
    part.samples = Array(samples[first * channelCount..<(last + 1) * channelCount])
    return part
  }
}
