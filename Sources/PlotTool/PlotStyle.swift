package import PCM
internal import SoundTool
internal import Spectrum

/// The views to draw, and their scales.
public struct PlotStyle: Hashable, Sendable {
  /// Whether a spectrogram is requested.
  package var spectrogram = false
  /// Whether a waveform is requested.
  package var waveform = false
  /// Whether levels are requested.
  package var levels = false
  /// The frequencies to draw, in hertz; all if nil.
  package var range: ClosedRange<Double>?
  /// The levels to draw, in decibels relative to full scale; each view's own if nil.
  package var levelRange: ClosedRange<Double>?
  /// Whether the frequency axis is logarithmic.
  package var isLogarithmic = false
  /// The length of sound that a row or column covers; each view's own if nil.
  package var block: FrameTime?
  /// The columns of text; the terminal's if nil.
  package var columns: Int?

  /// The levels that are distinguished.
  var decibels: ClosedRange<Double> { levelRange ?? -90...0 }

  /// The frequency axis for a rate.
  ///
  /// - Parameter highest: Its end without an option, at most half the rate.
  func scale(rate: Double, highest: Double = .infinity) throws(ToolError) -> FrequencyScale {
    let end = min(rate / 2, range?.upperBound ?? highest)
    let low = range?.lowerBound ?? (isLogarithmic ? min(20, end / 1_000) : 0)
    guard low < end else {
      throw .failure(
        "--range", "\(NumberText.frequency(low)) Hz is beyond half the rate of \(hertz(rate))")
    }
    return FrequencyScale(low: low, high: end, isLogarithmic: isLogarithmic)
  }
}
