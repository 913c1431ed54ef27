import Foundation
import TestSupport
import Testing

/// Numbers and text: what sd-plot says of sounds that are known.
@Suite struct SdPlotTests {
  let folder: TemporaryDirectory
  init() throws { folder = try TemporaryDirectory() }

  private static let speech = BuiltTool.packageFile("Tests/TestSupport/Resources/speech.flac")
  private static let raw = ["-f", "f32le", "-r", "48000", "-c", "2"]

  /// Two seconds in two channels: a sine in the left, in the right the same 20 dB lower.
  private func sine(_ frequency: Double) -> [UInt8] {
    bytes(
      of: (0..<96_000).flatMap { frame -> [Float] in
        let value = sin(2 * .pi * frequency * Double(frame) / 48_000)
        return [Float(value), Float(value / 10)]
      })
  }

  private struct Report: Decodable {
    struct Channel: Decodable {
      let peak_db: Double?
      let true_peak_db: Double?
      let rms_db: Double?
      let crest_factor_db: Double?
      let dc_offset: Double
      let clipped_runs: Int
      let exact_zeros: Int
      let bits_used: Int?
      let dominant_frequency: Double?
      let dominant_level_db: Double?
      let noise_floor_db: Double?
    }
    let file: String
    let rate: Double
    let channels: Int
    let frames: Int
    let loudness_lufs: Double?
    let loudness_range_lu: Double?
    let short_term_maximum_lufs: Double?
    let by_channel: [Channel]
  }

  private func report(
    _ arguments: [String], stdin: ProcessInput = .null
  ) async throws -> [Report] {
    let result = try await runTool("sd-plot", ["-j"] + arguments, stdin: stdin)
    try #require(result.succeeded, "\(result)")
    return try JSONDecoder().decode([Report].self, from: Data(result.output))
  }

  @Test func aSineIsMeasured() async throws {
    let report = try await report(Self.raw, stdin: .bytes(sine(997)))[0]
    #expect(report.file == "stdin" && report.rate == 48_000 && report.frames == 96_000)
    let (left, right) = (report.by_channel[0], report.by_channel[1])
    #expect(abs(try #require(left.peak_db)) < 0.01)
    #expect(abs(try #require(right.peak_db) + 20) < 0.01)
    #expect(abs(try #require(left.rms_db) + 3.01) < 0.01)
    #expect(abs(try #require(left.crest_factor_db) - 3.01) < 0.01)
    #expect(abs(try #require(left.dominant_frequency) - 997) < 0.1)
    #expect(left.bits_used == nil)
  }

  @Test func silenceIsNull() async throws {
    let silence = [UInt8](repeating: 0, count: 8 * 48_000)
    let report = try await report(Self.raw, stdin: .bytes(silence))[0]
    let channel = report.by_channel[1]
    #expect(channel.peak_db == nil && channel.rms_db == nil && channel.dominant_frequency == nil)
    #expect(channel.exact_zeros == 48_000 && channel.bits_used == 0)
    #expect(report.loudness_lufs == nil)
  }

  @Test func emptyInputIsASuccessOfZeroFrames() async throws {
    let report = try await report(Self.raw)[0]
    #expect(report.frames == 0)
    for mode in [["--spectrogram"], ["--waveform"], ["--levels"], ["-o", folder.file("a.png")]] {
      let result = try await runTool("sd-plot", Self.raw + mode)
      #expect(result.succeeded, "\(result)")
    }
  }

  @Test func severalInputsAreSeveralReports() async throws {
    let reports = try await report([Self.speech, Self.speech])
    #expect(reports.map(\.frames) == [157_949, 157_949])
    #expect(reports[0].by_channel[0].bits_used == 16)
  }

  @Test func partsChannelsAndGainAreThoseAskedFor() async throws {
    let report = try await report(
      ["-S", "1", "-d", "0.5", "-m", "2", "-g", "-6.02", Self.speech])[0]
    #expect(report.frames == 24_000 && report.channels == 1)
    let plain = try await self.report(["-S", "1", "-d", "0.5", Self.speech])[0]
    let difference =
      try #require(plain.by_channel[1].rms_db) - (try #require(report.by_channel[0].rms_db))
    #expect(abs(difference - 6.02) < 0.01)
  }

  @Test(.requires("sox")) func soxMeasuresTheSame() async throws {
    let report = try await report([Self.speech])[0]
    let sox = try await runProgram("sox", [Self.speech, "-n", "stats"])
    func row(_ name: String) throws -> [Double] {
      let line = try #require(sox.errorText.split(separator: "\n").first { $0.hasPrefix(name) })
      return line.dropFirst(name.count).split(separator: " ").compactMap { Double($0) }
    }
    let (peaks, levels) = (try row("Pk lev dB"), try row("RMS lev dB"))
    for channel in 0..<2 {
      let ours = report.by_channel[channel]
      // After the value over all come those of the channels.
      #expect(abs(try #require(ours.peak_db) - peaks[channel + 1]) < 0.1)
      #expect(abs(try #require(ours.rms_db) - levels[channel + 1]) < 0.1)
    }
  }

  @Test(.requires("ffmpeg")) func ffmpegMeasuresTheSame() async throws {
    let report = try await report([Self.speech])[0]
    let ffmpeg = try await runProgram(
      "ffmpeg",
      [
        "-nostats", "-hide_banner", "-i", Self.speech, "-af", "ebur128=peak=true", "-f", "null",
        "-",
      ])
    let summary = ffmpeg.errorText.components(separatedBy: "Summary:").last ?? ""
    func value(_ name: String) throws -> Double {
      let line = try #require(summary.split(separator: "\n").first { $0.contains(name) })
      return try #require(line.split(separator: " ").compactMap { Double($0) }.first)
    }
    #expect(abs(try #require(report.loudness_lufs) - (try value("I:"))) <= 0.1)
    let peak = try #require(report.by_channel.compactMap(\.true_peak_db).max())
    #expect(abs(peak - (try value("Peak:"))) <= 0.1)
  }

  // MARK: Text

  @Test func aSpectrogramThatIsNoTerminalIsText() async throws {
    let result = try await runTool(
      "sd-plot", Self.raw + ["--columns", "40", "--range", "0,8k"], stdin: .bytes(sine(3_000)))
    #expect(result.succeeded)
    let lines = result.outputText.split(separator: "\n", omittingEmptySubsequences: false)
    // A line each 50 ms, the axis, and the end of the last line.
    #expect(lines.count == 42)
    for line in lines.dropFirst(2).dropLast(4) {
      let strongest = line.enumerated().max { weight($0.element) < weight($1.element) }
      #expect(strongest?.offset == 15, "\(line)")
    }
    #expect(lines[40].hasPrefix("|0"))
  }

  private func weight(_ character: Character) -> Int {
    Array(" .:-=+*#%@").firstIndex(of: character) ?? -1
  }

  @Test func everyLineComesWithoutATerminal() async throws {
    // Much more than any screen has.
    let sound = [UInt8](repeating: 0, count: 8 * 48_000 * 60)
    let result = try await runTool("sd-plot", Self.raw, stdin: .bytes(sound))
    #expect(
      result.outputText.split(separator: "\n", omittingEmptySubsequences: false).count == 1_202)
  }

  @Test func levelsShowPeaksAndClipping() async throws {
    let result = try await runTool(
      "sd-plot", Self.raw + ["--levels", "--columns", "60"], stdin: .bytes(sine(440)))
    let lines = result.outputText.split(separator: "\n")
    #expect(lines.count == 2)
    #expect(lines[0].hasPrefix("1 ====") && lines[0].hasSuffix("  0.0 dB CLIP"), "\(lines)")
    #expect(lines[1].hasPrefix("2 ====") && lines[1].hasSuffix("-20.0 dB     "), "\(lines)")
  }

  @Test func aWaveformReachesItsPeaks() async throws {
    let result = try await runTool(
      "sd-plot", Self.raw + ["--waveform", "--columns", "40", "-m", "1"], stdin: .bytes(sine(440)))
    let lines = result.outputText.split(separator: "\n", omittingEmptySubsequences: false)
      .dropLast()
    #expect(lines.count == 8)
    #expect(lines.allSatisfy { $0 == String(repeating: "#", count: 40) }, "\(lines)")
  }
}
