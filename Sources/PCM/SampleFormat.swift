/// The in-memory format of a sample: in the machine's byte order, `int24` packed in three bytes.
///
/// Devices and typed buffers have one of these formats; files and pipes have a `SampleEncoding`.
/// Corresponds to PortAudio's `PaSampleFormat`, with `float64` added.
public enum SampleFormat: Hashable, Sendable, CaseIterable {
  case uint8, int8, int16, int24, int32, float32, float64

  /// Bytes per sample.
  public var byteCount: Int {
    switch self {
    case .uint8, .int8: 1
    case .int16: 2
    case .int24: 3
    case .int32, .float32: 4
    case .float64: 8
    }
  }

  /// Whether samples are floating point, full scale being ±1.
  public var isFloat: Bool { self == .float32 || self == .float64 }

  /// The name numpy uses: `int16`, `float32`, …
  public var name: String {
    switch self {
    case .uint8: "uint8"
    case .int8: "int8"
    case .int16: "int16"
    case .int24: "int24"
    case .int32: "int32"
    case .float32: "float32"
    case .float64: "float64"
    }
  }
}

extension SampleFormat: CustomStringConvertible {
  /// The same as `name`.
  public var description: String { name }
}
