import Foundation
import TestSupport
import Testing

extension ToolResult {
  /// What the program said, line by line.
  ///
  /// Without what the database below libjack prints, past every handler, when another user's last
  /// server ends, and removes the database, in the moment in which this program opens it.
  var errorLines: [String] {
    errorText.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("/dev/shm/jack_db-") }
  }

  /// The one line a program has for its failure, without its name; records an issue where there is
  /// any other number of lines, or the line is not one of ours.
  func complaint(sourceLocation: SourceLocation = #_sourceLocation) -> String {
    let lines = errorLines
    #expect(lines.count == 1, "\(self)", sourceLocation: sourceLocation)
    #expect(errorText.hasSuffix("\n"), sourceLocation: sourceLocation)
    let line = lines.first ?? ""
    #expect(line.hasPrefix("\(command.name): "), sourceLocation: sourceLocation)
    #expect(!line.hasSuffix("."), "\(line)", sourceLocation: sourceLocation)
    return String(line.dropFirst(command.name.count + 2))
  }

  /// Checks that the program failed: this status, one line with all of these words in it, nothing
  /// on standard output.
  func expectFailure(
    _ status: Int32, _ words: String..., sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(self.status == .exited(status), "\(self)", sourceLocation: sourceLocation)
    #expect(Sound(output) == Sound([]), "\(self)", sourceLocation: sourceLocation)
    let line = complaint(sourceLocation: sourceLocation)
    for word in words {
      #expect(line.contains(word), "\(self)", sourceLocation: sourceLocation)
    }
  }

  /// Checks that all went well without a word.
  func expectSilentSuccess(sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(succeeded, "\(self)", sourceLocation: sourceLocation)
    #expect(errorLines.isEmpty, "\(self)", sourceLocation: sourceLocation)
  }

  /// Whether a stream of this run lost frames, or had silence put in.
  var hasSlipped: Bool {
    errorLines.contains { $0.contains("lost by the host") || $0.contains("silence played") }
  }
}

/// What a program said without being asked.
func withoutStatus(_ result: ToolResult) -> [String] {
  result.errorLines.filter { line in
    ![
      "nothing open yet", "frames played", "frames recorded", " frames, ", "freewheeling",
    ].contains { line.contains($0) }
  }
}

/// Where a sound begins in a longer one, in frames; nil where it does not lie at a whole frame, or
/// not at all.
func position(of sound: [UInt8], in recording: [UInt8], bytesPerFrame: Int) -> Int? {
  guard let range = Data(recording).range(of: Data(sound)) else { return nil }
  return range.lowerBound % bytesPerFrame == 0 ? range.lowerBound / bytesPerFrame : nil
}

/// The same frames without those that are silent at the beginning and at the end.
func trimmed(_ recording: [UInt8], bytesPerFrame: Int) -> [UInt8] {
  guard let first = recording.firstIndex(where: { $0 != 0 }),
    let last = recording.lastIndex(where: { $0 != 0 })
  else { return [] }
  let start = first / bytesPerFrame * bytesPerFrame
  let end = (last / bytesPerFrame + 1) * bytesPerFrame
  return Array(recording[start..<min(end, recording.count)])
}

/// What a PCM WAV file of `frames` looks like: the 44 bytes every program knows, and the data.
func wave(_ samples: [Int16], channelCount: Int = 2, rate: Int = 48_000) -> [UInt8] {
  let data = bytes(of: samples.map(\.littleEndian))
  func number<T: FixedWidthInteger & BitwiseCopyable>(_ value: T) -> [UInt8] {
    bytes(of: [value.littleEndian])
  }
  let format =
    number(UInt16(1)) + number(UInt16(channelCount)) + number(UInt32(rate))
    + number(UInt32(rate * channelCount * 2)) + number(UInt16(channelCount * 2))
    + number(UInt16(16))
  return Array("RIFF".utf8) + number(UInt32(36 + data.count)) + Array("WAVEfmt ".utf8)
    + number(UInt32(16)) + format + Array("data".utf8) + number(UInt32(data.count)) + data
}

/// Stereo noise of 16 bits without a silent frame, so that silence is never part of it.
func noise(_ frameCount: Int, seed: UInt64 = 1) -> [Int16] {
  TestSignal.noise(of: Int16.self, frameCount: frameCount, channelCount: 2, seed: seed)
    .map { $0 | 1 }
}
