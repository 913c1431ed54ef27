public import PCM

/// Inputs one after the other, as one stream of frames in a wanted format.
///
/// decode → select channels → mix → resample → gain → convert → spread: whatever of that is needed.
/// Where nothing is, bytes go from the input straight into the caller's memory. Inputs of one
/// format are one stream for the resampler too, so they join without a seam. N frames in are N
/// frames out, resampled round(N · out / in). One thread at a time.
public final class FramePipeline {
  /// What happens to the frames besides the change of format.
  public struct Options: Sendable {
    /// Skip this much of the input first, at the input's rate.
    public var start: FrameTime?
    /// Stop after this much, at the output's rate.
    public var length: FrameTime?
    /// The channels to keep, in order; repeats are allowed. Nil keeps all.
    public var map: ChannelMap?
    /// The gain.
    public var gain = Gain.unity
    /// Whether TPDF dither is added where bits are lost.
    public var dither = true
    /// Whether floating point output is clipped at ±1 too; integers always are.
    public var clips = false
    /// How often all inputs are played, nil for ever; then each must be repeatable.
    public var passes: Int? = 1

    /// All of the input once, unchanged.
    public init() {}
  }

  /// What ``read(into:)`` delivers.
  public let format: StreamFormat
  /// Frames in all, where every input knows its own and there is an end.
  public let frameCount: Int?
  /// Frames delivered so far.
  public private(set) var position = 0
  /// Samples clipped so far.
  public var clippedCount: Int { clippedBefore + (chain?.clippedCount ?? 0) }
  /// The input that is read now or next; nil at the end.
  public var current: AudioSource? { inputs.upcoming }

  // Bytes asked of an input at once, where frames are not read straight into their place.
  private static let blockByteCount = 1 << 16

  private let options: FormatChain.Options
  private let inputs: Inputs
  private let limit: Int
  private let block = Scratch()
  private var chain: FormatChain?
  private var clippedBefore = 0

  /// A stream of `format` made of these inputs.
  ///
  /// - Throws: a failure that names the first input that cannot become that.
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
    inputs = Inputs(sources, start: options.start, passes: options.passes)
    limit = options.length?.frameCount(at: format.rate) ?? .max
    let total = inputs.frameCount(at: format.rate)
    let most = limit
    frameCount = total.map { min($0, most) }
    try inputs.checkStart()
  }

  /// Reads frames: as many as fit or remain, fewer where a pipe has no more just now.
  ///
  /// - Parameter span: room for at least one frame of ``format``.
  /// - Returns: the number of frames, 0 at the end.
  /// - Throws: `stopped` when a signal asked the program to stop, or the failure.
  public func read(into span: inout MutableRawSpan) throws(ToolError) -> Int {
    let capacity = min(span.byteCount / format.bytesPerFrame, limit - position)
    guard capacity > 0 else { return 0 }
    while true {
      let source = try inputs.next()
      // The resampler keeps the end of one input for the beginning of the next, unless that has
      // another format.
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

  /// Tells how many samples were clipped, if any, those that the output could not take among them.
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
