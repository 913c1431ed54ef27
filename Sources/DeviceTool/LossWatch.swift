internal import PCM
internal import SoundDevice
internal import SoundTool

/// Says what was lost: a line for each gap as `--xrun` wants it, a total at the end, and the exit
/// status that follows. One thread at a time.
struct LossWatch {
  private let policy: XrunPolicy
  private let rate: Double
  private let limit = RateLimit()
  private let isAligned: Bool
  private var toldFreewheeling = false
  /// Input that came while everything was stopped, in seconds of wall time.
  private(set) var pausedSeconds = 0.0

  init(policy: XrunPolicy, rate: Double, isAligned: Bool = false) {
    self.policy = policy
    self.rate = rate
    self.isAligned = isAligned
  }

  mutating func notePause(seconds: Double) { pausedSeconds += seconds }

  /// Tells of the stream's gaps since the last call and hands them on.
  ///
  /// - Throws: status 3, where the policy is to stop at the first.
  mutating func check(_ stream: any AudioStreaming, _ handle: (Gap) throws(ToolError) -> Void = { _ in })
    throws(ToolError)
  {
    if stream.losses.isFreewheeling, !toldFreewheeling {
      toldFreewheeling = true
      Messages.note("", "host is freewheeling")
    }
    for gap in stream.takeGaps() {
      try handle(gap)
      guard !gap.isFreewheeling, policy != .ignore else { continue }
      if policy == .abort { throw .framesLost("", words(for: gap)) }
      limit.note("", words(for: gap))
      if gap.cause == .starvation, let stream = stream as? PipedStream {
        Messages.detail("", "cushion is now \(counted(stream.cushionFrameCount, "frame"))")
      }
    }
  }

  /// `256 frames of input lost by the host at frame 48000 (1.000 s), estimated`.
  func words(for gap: Gap) -> String {
    let what =
      switch gap.cause {
      case .host: "\(gap.direction) lost by the host"
      case .overflow: "input dropped, the reader is too slow,"
      case .starvation: "silence played, the writer is too slow,"
      }
    let estimated = gap.isEstimated ? ", estimated" : ""
    return "\(counted(gap.frameCount, "frame")) of \(what) at frame \(gap.position) "
      + "(\(seconds(gap.position)))\(estimated)"
  }

  /// The total, or nil if nothing was lost.
  func total(_ report: LossReport) -> String? {
    var parts: [String] = []
    for direction in StreamDirection.allCases {
      let counts = report[direction]
      if counts.dropped > 0 { parts.append("\(counts.dropped) dropped") }
      if counts.lost > 0 {
        let estimated = counts.lostIsEstimated ? ", estimated" : ""
        parts.append(
          "\(counts.lost) of \(direction) lost by the host (\(counts.lossCount) times\(estimated))")
      }
      if counts.inserted > 0 { parts.append("\(counts.inserted) of silence inserted") }
      if isAligned, direction == .input, counts.idle > 0 {
        parts.append("\(counts.idle) discarded to stay aligned")
      }
    }
    return parts.isEmpty ? nil : "frames lost: " + parts.joined(separator: ", ")
  }

  /// Prints the total and remembers the exit status.
  func conclude(_ report: LossReport) {
    if pausedSeconds > 0 {
      let milliseconds = Int((pausedSeconds * 1000).rounded())
      Messages.note("", "paused for \(milliseconds) ms")
    }
    guard policy != .ignore, let total = total(report) else { return }
    Messages.note("", total)
    if policy == .fail { Ending.remember(.framesLost) }
  }

  private func seconds(_ frames: Int) -> String {
    let milliseconds = Int((Double(frames) / rate * 1000).rounded())
    let rest = String(milliseconds % 1000)
    let zeros = String(repeating: "0", count: 3 - rest.count)
    return "\(milliseconds / 1000).\(zeros)\(rest) s"
  }
}
