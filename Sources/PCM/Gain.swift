internal import Platform

/// Why a gain was refused, in one line.
public struct GainError: Error, Hashable, CustomStringConvertible {
  /// The complaint, with values that would work.
  public let description: String
}

/// A factor for samples; users write it in decibels.
public struct Gain: Hashable, Sendable {
  /// The factor: 1 leaves samples unchanged, 0 silences them.
  public let factor: Double

  /// No change.
  public static let unity = Gain(factor: 1)

  /// Creates a gain from a factor.
  public init(factor: Double) {
    self.factor = factor
  }

  /// Creates a gain from decibels of amplitude: -6 is about a half, minus infinity is silence.
  public init(decibels: Double) {
    factor = decibels == 0 ? 1 : pow(10, decibels / 20)
  }

  /// Parses decibels: `-6`, `+3.5`, `6dB`, `-inf`. Throws above 200 dB.
  public init(parsing text: String) throws(GainError) {
    var number = Substring(text.lowercased())
    if number.hasSuffix("db") { number.removeLast(2) }
    let isNegative = number.hasPrefix("-")
    if isNegative || number.hasPrefix("+") { number.removeFirst() }
    if isNegative && number == "inf" {
      self.init(factor: 0)
      return
    }
    guard let decibels = decimal(number) else {
      throw GainError(
        description: "invalid gain \(quoted(text)), try decibels like -6, 3.5 or -inf")
    }
    guard isNegative || decibels <= 200 else {
      throw GainError(description: "gain \(quoted(text)) is too large, at most 200 dB")
    }
    self.init(decibels: isNegative ? -decibels : decibels)
  }

  /// Decibels of amplitude; minus infinity for a factor of 0.
  public var decibels: Double { 20 * log10(factor.magnitude) }

  /// Whether the gain leaves samples unchanged.
  public var isUnity: Bool { factor == 1 }

  /// Multiplies all samples. Any thread, the audio thread included.
  public func apply(to samples: inout MutableSpan<Float>) {
    var bytes = unsafe samples.mutableBytes
    apply(to: &bytes, format: .float32)
  }

  /// Multiplies all samples. Any thread, the audio thread included.
  public func apply(to samples: inout MutableSpan<Double>) {
    var bytes = unsafe samples.mutableBytes
    apply(to: &bytes, format: .float64)
  }

  /// Multiplies all of `bytes`, which are whole samples of `format`: float32 or float64. Any
  /// thread, the audio thread included.
  public func apply(to bytes: inout MutableRawSpan, format: SampleFormat) {
    precondition(format.isFloat, "gain is for floating point")
    precondition(bytes.byteCount.isMultiple(of: format.byteCount), "the bytes are whole samples")
    if isUnity { return }
    unsafe bytes.withUnsafeMutableBytes { buffer in
      guard let start = buffer.baseAddress else { return }
      let count = buffer.count / format.byteCount
      if format == .float32 {
        unsafe multiply(start, count, by: Float(factor))
      } else {
        unsafe multiply(start, count, by: factor)
      }
    }
  }
}

@inline(__always)
private func multiply<Value: KernelFloat>(
  _ samples: UnsafeMutableRawPointer, _ count: Int, by factor: Value
) {
  for i in 0..<count {
    let sample = unsafe samples + i &* MemoryLayout<Value>.stride
    unsafe sample.storeBytes(of: sample.loadUnaligned(as: Value.self) * factor, as: Value.self)
  }
}
