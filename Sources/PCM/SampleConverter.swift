/// Converts raw samples from any encoding to any other.
///
/// Integers are scaled by a power of two: a value that fits survives the way back unchanged, any
/// other is rounded to the nearest, ties to even. Floating point beyond ±1 never wraps, and NaN
/// becomes silence. A converter does not allocate, lock or make system calls. Any thread, the audio
/// thread included, but one at a time.
public struct SampleConverter: Sendable {
  /// The source's encoding.
  public let from: SampleEncoding

  /// The target's encoding.
  public let to: SampleEncoding

  /// Whether dither is added: it was requested, and this pair of encodings loses bits.
  public let dithers: Bool

  /// Whether floating point beyond ±1 is clipped and counted.
  public let clips: Bool

  private var state: ConversionState

  /// Creates a converter from one encoding to another.
  ///
  /// `dither` adds triangular noise of ±1 least significant bit of an integer target if the source
  /// is floating point or a wider integer. It has no effect on other pairs, including all to
  /// floating point, ulaw and alaw. `clip` applies to floating point to floating point only;
  /// integer targets always clip. The same `seed` gives the same noise.
  public init(
    from: SampleEncoding, to: SampleEncoding, dither: Bool, clip: Bool = false, seed: UInt64 = 0
  ) {
    self.from = from
    self.to = to
    dithers = dither && to.isInteger && !to.holds(from)
    clips = from.isFloat && (clip || !to.isFloat)
    state = ConversionState(noise: NoiseSource(seed: seed))
  }

  /// Whether conversion just copies bytes.
  public var isCopy: Bool { from == to && !clips }

  /// Samples beyond ±1 so far, counting infinities but not ±1 itself or NaN.
  public var clippedCount: Int { state.clippedCount }

  /// Converts all of `source`, which must be whole samples, to the start of `target`, which must
  /// have room for as many samples. Any thread, the audio thread included.
  @_lifetime(target: copy target)
  public mutating func convert(_ source: RawSpan, into target: inout MutableRawSpan) {
    let count = source.byteCount / from.byteCount
    precondition(source.byteCount == count * from.byteCount, "the source is whole samples")
    precondition(target.byteCount >= count * to.byteCount, "the target has room")
    unsafe source.withUnsafeBytes { sourceBytes in
      unsafe target.withUnsafeMutableBytes { targetBytes in
        guard let input = sourceBytes.baseAddress, let output = targetBytes.baseAddress else {
          return
        }
        let job = unsafe Job(
          source: input, target: output, count: count, dither: dithers, clip: clips)
        if isCopy {
          unsafe output.copyMemory(from: input, byteCount: sourceBytes.count)
        } else if from.isPacked24 || to.isPacked24 {
          unsafe runUnpacked(job)
        } else {
          unsafe run(job)
        }
      }
    }
  }

  /// Converts all of `source` to the start of `target`, which must have room for as many samples.
  /// The types must be those of the encodings. Any thread, the audio thread included.
  @inlinable
  @_lifetime(target: copy target)
  public mutating func convert<S: Sample, T: Sample>(
    _ source: Span<S>, into target: inout MutableSpan<T>
  ) {
    precondition(from.format == S.format, "the source's type is its encoding")
    precondition(to.format == T.format, "the target's type is its encoding")
    var bytes = unsafe target.mutableBytes
    unsafe convert(source.bytes, into: &bytes)
  }

  /// Converts three-byte samples, on either side, through 32-bit words, 256 at a time.
  private mutating func runUnpacked(_ job: Job) {
    // The compiler keeps a constant 1024 bytes or less on the stack.
    let size = 256
    unsafe withUnsafeTemporaryAllocation(byteCount: 1024, alignment: 16) { input in
      unsafe withUnsafeTemporaryAllocation(byteCount: 1024, alignment: 16) { output in
        guard let input = input.baseAddress, let output = output.baseAddress else { return }
        var start = 0
        while unsafe start < job.count {
          let count = unsafe min(job.count &- start, size)
          var source = unsafe job.source + start &* from.byteCount
          let target = unsafe job.target + start &* to.byteCount
          if from == .s24le {
            unsafe Packed24<Little>.unpack(source, into: input, count)
          } else if from == .s24be {
            unsafe Packed24<Big>.unpack(source, into: input, count)
          }
          if from.isPacked24 { unsafe source = UnsafeRawPointer(input) }
          let words = unsafe to.isPacked24 ? output : target
          unsafe run(
            Job(source: source, target: words, count: count, dither: dithers, clip: clips))
          if to == .s24le {
            unsafe Packed24<Little>.pack(output, into: target, count)
          } else if to == .s24be {
            unsafe Packed24<Big>.pack(output, into: target, count)
          }
          start &+= count
        }
      }
    }
  }

  private mutating func run(_ job: Job) {
    switch from {
    case .u8: unsafe run(U8.self, job)
    case .s8: unsafe run(S8.self, job)
    case .s16le: unsafe run(S16<Little>.self, job)
    case .s16be: unsafe run(S16<Big>.self, job)
    case .s24le, .s24be: unsafe run(Word24.self, job)
    case .s32le: unsafe run(S32<Little>.self, job)
    case .s32be: unsafe run(S32<Big>.self, job)
    case .f32le: unsafe run(F32<Little>.self, job)
    case .f32be: unsafe run(F32<Big>.self, job)
    case .f64le: unsafe run(F64<Little>.self, job)
    case .f64be: unsafe run(F64<Big>.self, job)
    case .ulaw: unsafe run(ULaw.self, job)
    case .alaw: unsafe run(ALaw.self, job)
    }
  }

  @inline(__always)
  private mutating func run<S: Coding>(_ source: S.Type, _ job: Job) {
    switch to {
    case .u8: unsafe S.send(to: U8.self, job, &state)
    case .s8: unsafe S.send(to: S8.self, job, &state)
    case .s16le: unsafe S.send(to: S16<Little>.self, job, &state)
    case .s16be: unsafe S.send(to: S16<Big>.self, job, &state)
    case .s24le, .s24be: unsafe S.send(to: Word24.self, job, &state)
    case .s32le: unsafe S.send(to: S32<Little>.self, job, &state)
    case .s32be: unsafe S.send(to: S32<Big>.self, job, &state)
    case .f32le: unsafe S.send(to: F32<Little>.self, job, &state)
    case .f32be: unsafe S.send(to: F32<Big>.self, job, &state)
    case .f64le: unsafe S.send(to: F64<Little>.self, job, &state)
    case .f64be: unsafe S.send(to: F64<Big>.self, job, &state)
    case .ulaw: unsafe S.send(to: ULaw.self, job, &state)
    case .alaw: unsafe S.send(to: ALaw.self, job, &state)
    }
  }
}

extension SampleEncoding {
  fileprivate var isPacked24: Bool { self == .s24le || self == .s24be }
}
