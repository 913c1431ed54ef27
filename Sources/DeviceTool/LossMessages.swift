internal import SoundDevice
internal import SoundTool

/// What was lost, in words.
struct LossMessages {
  let rate: Double
  let isAligned: Bool

  /// `256 frames of input lost by the host at frame 48000 (1.000 s), estimated`.
  func line(for gap: Gap) -> String {
    let what =
      switch gap.cause {
      case .host: "of \(gap.direction) lost by the host"
      case .overflow: "of input dropped, the reader is too slow,"
      case .underflow: "of silence played, the writer is too slow,"
      }
    let estimated = gap.isEstimated ? ", estimated" : ""
    return "\(counted(gap.frameCount, "frame")) \(what) at frame \(gap.position) "
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
          "\(counts.lost) of \(direction) lost by the host (\(counted(counts.lossCount, "time"))\(estimated))"
        )
      }
      if counts.inserted > 0 { parts.append("\(counts.inserted) of silence inserted") }
      if isAligned, direction == .input, report.output.inserted > 0 {
        parts.append("as many of input discarded to stay aligned")
      }
    }
    return parts.isEmpty ? nil : "frames lost: " + parts.joined(separator: ", ")
  }

  private func seconds(_ frames: Int) -> String {
    let milliseconds = Int((Double(frames) / rate * 1000).rounded())
    let rest = String(milliseconds % 1000)
    let zeros = String(repeating: "0", count: 3 - rest.count)
    return "\(milliseconds / 1000).\(zeros)\(rest) s"
  }
}
