import Foundation

/// Random numbers, the same in every run.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// Creates a generator from a seed.
  public init(seed: UInt64) { state = seed }

  /// The next 64 random bits (SplitMix64).
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }
}

/// Test sounds: interleaved, frames × channels.
public enum TestSignal {
  /// White noise at full scale, in -1..<1, each sample a multiple of 2⁻²³ so that 24-bit integers
  /// and float32 hold it exactly.
  public static func noise(frameCount: Int, channelCount: Int, seed: UInt64 = 1) -> [Float] {
    var generator = SeededGenerator(seed: seed)
    return (0..<frameCount * channelCount).map { _ in
      Float(Int32(truncatingIfNeeded: generator.next() >> 40) - (1 << 23)) / Float(1 << 23)
    }
  }

  /// White noise over every value of an integer type.
  public static func noise<T: FixedWidthInteger>(
    of type: T.Type, frameCount: Int, channelCount: Int, seed: UInt64 = 1
  ) -> [T] {
    var generator = SeededGenerator(seed: seed)
    return (0..<frameCount * channelCount).map { _ in T(truncatingIfNeeded: generator.next()) }
  }

  /// Samples that encode their frame number and channel, to identify frames that come back;
  /// ``frameNumber(of:channelCount:)`` decodes them. Frame 0 is not silent.
  ///
  /// Exact in float32 while `frameCount * channelCount` is below 2²⁴.
  public static func frameNumbers(frameCount: Int, channelCount: Int) -> [Float] {
    precondition(frameCount * channelCount < 1 << 24, "float32 counts to 16777216")
    return (1...max(frameCount * channelCount, 1)).prefix(frameCount * channelCount).map {
      Float($0) / Float(1 << 24)
    }
  }

  /// The frame and channel (from 0) of a sample of ``frameNumbers(frameCount:channelCount:)``, or
  /// `nil` if it is silent or altered.
  public static func frameNumber(
    of sample: Float, channelCount: Int
  ) -> (frame: Int, channel: Int)? {
    let number = sample * Float(1 << 24)
    guard number >= 1, number < Float(1 << 24), number == number.rounded() else { return nil }
    let (frame, channel) = (Int(number) - 1).quotientAndRemainder(dividingBy: channelCount)
    return (frame, channel)
  }

  /// A sine at this amplitude, the same in every channel.
  public static func sine(
    frequency: Double, sampleRate: Double, frameCount: Int, channelCount: Int,
    amplitude: Double = 0.5
  ) -> [Float] {
    (0..<frameCount).flatMap { frame in
      let phase = 2 * Double.pi * frequency * Double(frame) / sampleRate
      return [Float](repeating: Float(amplitude * sin(phase)), count: channelCount)
    }
  }
}
