public import PCM

/// Several inputs as one stream of frames in a given format.
///
/// decode → select channels → mix → resample → gain → convert → spread, as far as needed. If no
/// step is needed, bytes go from the input directly to the caller's memory. The resampler also
/// treats inputs of the same format as one stream, so they join without a seam. N input frames
/// become N output frames, or round(N · out / in) if resampled. One thread at a time.
public final class FramePipeline {
  /// Processing of the frames besides the change of format.
  public struct Options: Sendable {
    /// How much of the input to skip, at the input's rate.
    public var start: FrameTime?
    /// How much to deliver, at the output's rate.
    public var length: FrameTime?
    /// The channels to keep, in order, with repeats allowed. nil keeps all.
    public var map: ChannelMap?
    /// The gain.
    public var gain = Gain.unity
    /// Whether to add TPDF dither when bits are lost.
    public var dither = true
    /// Whether to clip floating point output at ±1 too; integers are always clipped.
    public var clips = false
    /// How many times all inputs are played; nil means forever. If not 1, each must be repeatable.
    public var passes: Int? = 1
    /// Whether several files are decoded at the same time, ahead of their turn.
    public var readsAhead = false

    /// All of the input once, unchanged.
    public init() {}
  }

  /// The format that ``read(into:)`` delivers.
  public let format: StreamFormat
  /// Frames in all, if every input knows its own and there is an end.
  public let frameCount: Int?
  /// Frames delivered so far.
  public private(set) var position = 0
  /// Samples clipped so far.
  public var clippedCount: Int { clippedBefore + (chain?.clippedCount ?? 0) }
  /// The current or next input; nil at the end.
  public var current: AudioSource? { inputs.upcoming }

  // The bytes per read from an input, unless frames are read directly into their destination.
  private static let blockByteCount = 1 << 16

  private let options: FormatChain.Options
  private let inputs: Inputs
  private let limit: Int
  private let block = Scratch()
  private var chain: FormatChain?
  private var clippedBefore = 0

  /// Creates a stream of `format` from these inputs.
  ///
  /// - Throws: A failure that names the first input that cannot be converted.
  public init(
    _ sources: [AudioSource], to format: StreamFormat, _ options: Options = Options()
  ) throws(ToolError) {
    self.format = format
    self.options = FormatChain.Options(
      map: options.map, gain: options.gain, dither: options.dither, clips: options.clips)
    var seen: Set<StreamFormat> = []
    for source in sources where seen.insert(source.format).inserted {
      let made = try Self.chain(for: source, to: format, self.options)
      if chain == nil { chain = made }
    }
    if options.passes != 1, let pipe = sources.first(where: { !$0.isRepeatable }) {
      throw .failure(pipe.name, "cannot be repeated, it is a pipe")
    }
    inputs = Inputs(
      sources, start: options.start, passes: options.passes,
      options.readsAhead ? .perProcessor(fileCount: sources.count) : .none)
    limit = options.length?.frameCount(at: format.rate) ?? .max
    let total = inputs.frameCount(at: format.rate)
    let most = limit
    frameCount = total.map { min($0, most) }
    try inputs.checkStart()
  }

  /// Reads frames: as many as fit or remain, fewer if a pipe has no more at present.
  ///
  /// - Parameter span: Room for at least one frame of ``format``.
  /// - Returns: The number of frames, or 0 at the end.
  /// - Throws: `stopped` if a signal asked the program to stop, or the failure.
  public func read(into span: inout MutableRawSpan) throws(ToolError) -> Int {
    let capacity = min(span.byteCount / format.bytesPerFrame, limit - position)
    guard capacity > 0 else { return 0 }
    while true {
      let source = try inputs.next()
      // The resampler keeps the end of one input for the start of the next, unless that has a
      // different format.
      if let chain, chain.resamples, chain.waitingCount > 0 || source?.format != chain.input {
        let isEnding = chain.waitingCount == 0
        let count = try chain.give(into: &span, capacity: capacity, isEnding: isEnding)
        if count > 0 { return delivered(count) }
        if !isEnding { continue }
      }
      guard let source else { return 0 }
      if source.format != chain?.input { try change(to: source) }
      guard let chain else { return 0 }
      let count = try read(source, through: chain, into: &span, capacity: capacity)
      if count > 0 { return delivered(count) }
    }
  }

  /// Reports how many samples were clipped, if any, including those that the output could not hold.
  public func reportClipped(besides others: Int = 0) {
    let clippedCount = clippedCount + others
    if clippedCount > 0 { Messages.note("", "\(counted(clippedCount, "sample")) clipped") }
  }

  private func read(
    _ source: AudioSource, through chain: FormatChain, into span: inout MutableRawSpan,
    capacity: Int
  ) throws(ToolError) -> Int {
    if chain.isCopy {
      let count = try source.read(into: &span, capacity: capacity)
      if count == 0 { inputs.advance() }
      return count
    }
    let bytesPerFrame = source.format.bytesPerFrame
    let most = max(1, Self.blockByteCount / bytesPerFrame)
    let wanted = chain.resamples ? most : min(most, capacity)
    let count = try block.withMutableBytes(wanted * bytesPerFrame) {
      bytes throws(ToolError) in try source.read(into: &bytes, capacity: wanted)
    }
    guard count > 0 else {
      inputs.advance()
      return 0
    }
    block.withBytes(count * bytesPerFrame) { frames in
      if chain.resamples { chain.take(frames) } else { chain.convert(frames, into: &span) }
    }
    return chain.resamples ? 0 : count
  }

  private func delivered(_ count: Int) -> Int {
    position += count
    return count
  }

  private func change(to source: AudioSource) throws(ToolError) {
    clippedBefore = clippedCount
    chain = nil
    chain = try Self.chain(for: source, to: format, options)
  }

  private static func chain(
    for source: AudioSource, to format: StreamFormat, _ options: FormatChain.Options
  ) throws(ToolError) -> FormatChain {
    do {
      var options = options
      options.downmix = source.channelLayout.map(Downmix.init)
      let chain = try FormatChain(from: source.format, to: format, options)
      if chain.resamples {
        Messages.detail(
          source.name, "resampled from \(hertz(source.format.rate)) to \(hertz(format.rate))")
      }
      return chain
    } catch {
      throw ToolError(message: "\(source.name): \(error.message)", status: error.status)
    }
  }
}
