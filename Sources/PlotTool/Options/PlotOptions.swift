public import ArgumentParser
public import PCM
public import SoundTool

/// What to draw, and its scale.
public struct PlotOptions: ParsableArguments {
  /// `--spectrogram`.
  @Flag(help: "Draw the spectrogram (the default).")
  public var spectrogram = false

  /// `--waveform`.
  @Flag(help: "Draw the waveform.")
  public var waveform = false

  /// `--levels`.
  @Flag(help: "Draw levels, with peak hold and clip marks.")
  public var levels = false

  /// `--stats`.
  @Flag(help: "Print numbers: peak, RMS, loudness and more.")
  public var stats = false

  /// `-j`.
  @Flag(name: .shortAndLong, help: "Print the numbers as JSON.")
  public var json = false

  /// `-g`: unity by default.
  @Option(
    name: [.customShort("g", allowingJoined: true), .long], parsing: .unconditional,
    help: ArgumentHelp("Gain in decibels (default: 0).", valueName: "db"),
    transform: Words.gain)
  public var gain: Gain = .unity

  /// `--range`, in hertz.
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Frequencies to draw: 100,8k.", valueName: "low,high"),
    transform: Words.frequencyRange)
  public var range: ClosedRange<Double>?

  /// `--db`, in decibels relative to full scale.
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Levels to draw (default: -90,0).", valueName: "low,high"),
    transform: Words.decibelRange)
  public var db: ClosedRange<Double>?

  /// `--log`.
  @Flag(name: .customLong("log"), help: "Draw frequencies on a logarithmic axis.")
  public var isLogarithmic = false

  /// `--block`.
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("What a row or column covers: 50ms.", valueName: "time"),
    transform: Words.blockLength)
  public var block: FrameTime?

  /// `--columns`.
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Columns of text (default: the terminal's).", valueName: "n"),
    transform: Words.columnCount)
  public var columns: Int?

  /// Creates options without values.
  public init() {}

  /// Refuses contradictory options.
  public func validate() throws {
    let chosen = [
      spectrogram ? "--spectrogram" : nil, waveform ? "--waveform" : nil, levels ? "--levels" : nil,
      stats || json ? (stats ? "--stats" : "-j") : nil,
    ].compactMap(\.self)
    if chosen.count > 1, chosen != ["--spectrogram", "--waveform"] {
      throw InvalidValue("\(chosen[0]) and \(chosen[1]): give one of them, not both")
    }
    if let low = range?.lowerBound, low == 0, isLogarithmic {
      throw InvalidValue("--range: a logarithmic axis begins above 0")
    }
  }

  /// Whether to print numbers.
  public var printsNumbers: Bool { stats || json }

  /// The views to draw, and their scales, as plain values.
  public var style: PlotStyle {
    var style = PlotStyle()
    style.spectrogram = spectrogram
    style.waveform = waveform
    style.levels = levels
    style.range = range
    style.levelRange = db
    style.isLogarithmic = isLogarithmic
    style.block = block
    style.columns = columns
    return style
  }
}

extension Words {
  /// Two frequencies in hertz, the lower first: `100,8k`.
  package static func frequencyRange(_ text: String) throws(InvalidValue) -> ClosedRange<Double> {
    let range = try pairOfNumbers(text, or: "not a range of frequencies, try 100,8000 or 100,8k")
    guard range.lowerBound >= 0 else { throw InvalidValue("a frequency below 0") }
    return range
  }

  /// Two levels in decibels, the lower first: `-90,0`.
  package static func decibelRange(_ text: String) throws(InvalidValue) -> ClosedRange<Double> {
    let range = try pairOfNumbers(text, or: "not a range of decibels, try -90,0")
    guard range.lowerBound >= -300, range.upperBound <= 100 else {
      throw InvalidValue("beyond -300 to 100 dB")
    }
    return range
  }

  /// A duration long enough for its own line.
  package static func blockLength(_ text: String) throws(InvalidValue) -> FrameTime {
    let time = try time(text)
    let isFitting =
      switch time {
      case .frames(let count): (1...1 << 20).contains(count)
      case .seconds(let seconds): seconds > 0 && seconds <= 10
      }
    guard isFitting else { throw InvalidValue("at least a frame, at most 10 s") }
    return time
  }

  /// A number of columns of text.
  package static func columnCount(_ text: String) throws(InvalidValue) -> Int {
    guard let count = Int(text), (10...1_000).contains(count) else {
      throw InvalidValue("not a number of columns (10 to 1000)")
    }
    return count
  }

  /// The width and height of a picture in pixels: `1200x600`.
  public static func pictureSize(_ text: String) throws(InvalidValue) -> PictureSize {
    let parts = text.lowercased().split(separator: "x", omittingEmptySubsequences: false)
    guard parts.count == 2, let width = Int(parts[0]), let height = Int(parts[1]) else {
      throw InvalidValue("not a size, try 1200x600")
    }
    guard (300...8_000).contains(width), (150...8_000).contains(height) else {
      throw InvalidValue("a picture is 300 to 8000 pixels wide and 150 to 8000 high")
    }
    return PictureSize(width: width, height: height)
  }

  private static func pairOfNumbers(
    _ text: String, or complaint: String
  ) throws(InvalidValue) -> ClosedRange<Double> {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    guard parts.count == 2, let low = number(parts[0]), let high = number(parts[1]) else {
      throw InvalidValue(complaint)
    }
    guard low < high else { throw InvalidValue("the lower one comes first") }
    return low...high
  }

  /// A sign, digits with at most one point, and perhaps a k.
  private static func number(_ text: Substring) -> Double? {
    let inThousands = text.hasSuffix("k") || text.hasSuffix("K")
    let digits = inThousands ? text.dropLast() : text
    guard
      digits.utf8.allSatisfy({ (0x30...0x39).contains($0) || [0x2B, 0x2D, 0x2E].contains($0) }),
      let number = Double(digits), (number * 1_000).isFinite
    else { return nil }
    return inThousands ? number * 1_000 : number
  }
}
