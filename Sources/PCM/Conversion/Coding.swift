/// An encoding as the kernels see it: the width of a sample, and how to read and write it.
///
/// The requirements choose a pair's kernel by double dispatch, so every pair of encodings becomes
/// one specialised loop without being written out.
protocol Coding {
  static var byteCount: Int { get }

  static func send<T: Coding>(to target: T.Type, _ job: Job, _ state: inout ConversionState)
  static func receive<S: IntegerCoding>(
    integers: S.Type, _ job: Job, _ state: inout ConversionState)
  static func receive<S: FloatCoding>(
    floats: S.Type, _ job: Job, _ state: inout ConversionState)
}

/// Samples that are linear integers, or decode to them, of `bitCount` signed bits.
protocol IntegerCoding: Coding {
  static var bitCount: Int32 { get }

  /// Whether dither makes sense: companded codings have steps of different sizes.
  static var takesDither: Bool { get }

  static func load(_ source: UnsafeRawPointer) -> Int32
  static func store(_ value: Int32, _ target: UnsafeMutableRawPointer)
}

/// Floating point samples, full scale being ±1.
protocol FloatCoding: Coding {
  associatedtype Value: KernelFloat

  static func load(_ source: UnsafeRawPointer) -> Value
  static func store(_ value: Value, _ target: UnsafeMutableRawPointer)
}

extension IntegerCoding {
  static var takesDither: Bool { true }

  @inline(__always)
  static func send<T: Coding>(to target: T.Type, _ job: Job, _ state: inout ConversionState) {
    unsafe T.receive(integers: Self.self, job, &state)
  }

  @inline(__always)
  static func receive<S: IntegerCoding>(
    integers: S.Type, _ job: Job, _ state: inout ConversionState
  ) {
    if S.bitCount <= Self.bitCount {
      unsafe widen(S.self, Self.self, job)
    } else if unsafe takesDither && job.dither {
      unsafe narrowDithered(S.self, Self.self, job, &state)
    } else {
      unsafe narrow(S.self, Self.self, job)
    }
  }

  @inline(__always)
  static func receive<S: FloatCoding>(
    floats: S.Type, _ job: Job, _ state: inout ConversionState
  ) {
    if unsafe takesDither && job.dither {
      if bitCount > 16 {
        unsafe quantizeDithered(S.self, Self.self, in: Double.self, job, &state)
      } else {
        unsafe quantizeDithered(S.self, Self.self, in: S.Value.self, job, &state)
      }
    } else {
      unsafe quantize(S.self, Self.self, job, &state)
    }
  }
}

extension FloatCoding {
  @inline(__always)
  static func send<T: Coding>(to target: T.Type, _ job: Job, _ state: inout ConversionState) {
    unsafe T.receive(floats: Self.self, job, &state)
  }

  @inline(__always)
  static func receive<S: IntegerCoding>(
    integers: S.Type, _ job: Job, _ state: inout ConversionState
  ) {
    unsafe scale(S.self, Self.self, job)
  }

  @inline(__always)
  static func receive<S: FloatCoding>(
    floats: S.Type, _ job: Job, _ state: inout ConversionState
  ) {
    if unsafe job.clip {
      unsafe recastClipped(S.self, Self.self, job, &state)
    } else {
      unsafe recast(S.self, Self.self, job)
    }
  }
}
