internal import PCM
internal import SoundFile

/// The inputs in order, with the start skipped, played once, several times or forever.
final class Inputs {
  /// The input being read; nil before the first and after the last.
  private(set) var current: AudioSource?

  private let sources: [AudioSource]
  private let start: FrameTime?
  private let window: ReadAhead.Window
  private var passesLeft: Int?
  private var index = 0
  // How much is still to be skipped, in the first pass.
  private var toSkip: FrameTime?
  // A pass without a frame would repeat forever.
  private var passHadFrames = false

  init(_ sources: [AudioSource], start: FrameTime?, passes: Int?, _ window: ReadAhead.Window) {
    self.sources = sources
    self.start = start
    self.window = window
    toSkip = start
    passesLeft = passes
  }

  /// The current or next input; nil at the end.
  var upcoming: AudioSource? { current ?? (index < sources.count ? sources[index] : nil) }

  /// The input to read from now, or nil at the end.
  func next() throws(ToolError) -> AudioSource? {
    while true {
      if let current { return current }
      if index == sources.count {
        if toSkip != nil { throw beyondTheEnd() }
        guard try beginPass() else { return nil }
      }
      let source = sources[index]
      if try !skip(into: source) {
        current = source
        for next in sources[index...].prefix(window.fileCount) { next.readAhead(window) }
      }
      if current == nil { index += 1 }
    }
  }

  /// Leaves the current input, which has ended.
  func advance() {
    guard let current else { return }
    if current.file.position > 0 { passHadFrames = true }
    self.current = current.continuation()
    if self.current == nil { index += 1 }
  }

  /// Throws a failure if the part to skip is known to be longer than the input.
  func checkStart() throws(ToolError) {
    guard var left = start else { return }
    for source in sources {
      guard let count = source.frameCount else { return }
      let rate = source.format.rate
      let wanted = left.frameCount(at: rate)
      guard let rest = Self.rest(of: left, after: min(wanted, count), of: wanted, at: rate) else {
        return
      }
      left = rest
    }
    throw beyondTheEnd()
  }

  private func beyondTheEnd() -> ToolError {
    let name = sources.count == 1 ? sources[0].name : "all \(sources.count) inputs"
    return .failure(name, "-S is beyond the end")
  }

  /// Frames in all when each input is converted to `rate`, or nil if unknown.
  func frameCount(at rate: Double) -> Int? {
    guard let passesLeft else { return nil }
    var total = 0
    var toSkip = start
    // Consecutive inputs of the same format are one stream.
    var run: (format: StreamFormat?, count: Int) = (nil, 0)
    for pass in 0..<passesLeft {
      for source in sources {
        guard var count = source.frameCount else { return nil }
        if pass == 0, let skipping = toSkip {
          let wanted = skipping.frameCount(at: source.format.rate)
          let skipped = min(wanted, count)
          toSkip = Self.rest(of: skipping, after: skipped, of: wanted, at: source.format.rate)
          count -= skipped
        }
        if source.format != run.format {
          total += Self.converted(run, to: rate)
          run = (source.format, 0)
        }
        run.count += count
      }
    }
    return total + Self.converted(run, to: rate)
  }

  private static func converted(_ run: (format: StreamFormat?, count: Int), to rate: Double) -> Int
  {
    FormatChain.frameCount(for: run.count, from: run.format?.rate ?? rate, to: rate)
  }

  private func beginPass() throws(ToolError) -> Bool {
    if let left = passesLeft {
      guard left > 1 else { return false }
      passesLeft = left - 1
    }
    guard passHadFrames else { return false }
    passHadFrames = false
    toSkip = nil
    for source in sources { try source.rewind() }
    index = 0
    return true
  }

  /// Skips what is left to skip; returns whether that took the whole input.
  private func skip(into source: AudioSource) throws(ToolError) -> Bool {
    guard let skipping = toSkip else { return false }
    let rate = source.format.rate
    let wanted = skipping.frameCount(at: rate)
    let skipped = try source.skip(wanted)
    if skipped > 0 { passHadFrames = true }
    toSkip = Self.rest(of: skipping, after: skipped, of: wanted, at: rate)
    return toSkip != nil
  }

  private static func rest(
    of time: FrameTime, after skipped: Int, of wanted: Int, at rate: Double
  ) -> FrameTime? {
    guard skipped < wanted else { return nil }
    switch time {
    case .frames(let count): return .frames(count - skipped)
    case .seconds(let seconds): return .seconds(max(0, seconds - Double(skipped) / rate))
    }
  }
}
