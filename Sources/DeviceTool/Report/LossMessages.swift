internal import SoundDevice
internal import SoundTool

/// Messages about losses.
struct LossMessages {
  let rate: Double
  let isAligned: Bool

  /// `256 frames of input lost by the host at frame 48000 (1.000 s), estimated`.
  func line(for gap: LineGap, at frame: Int) -> String {
    let frames = counted(gap.frameCount, "frame")
    let what =
      switch gap.cause {
      case .host: "\(frames) of \(gap.direction) lost by the host"
      case .overflow, .trimmed: "input overflow: \(frames) dropped"
      case .underflow: "output underflow: \(frames) of silence inserted"
      case .pause: "paused for \(frames)"
      case .early, .unwanted: "\(frames) discarded"
      case .reopening: "\(frames) of \(gap.direction) lost without a device"
      }
    return "\(what) at \(place(frame))\(gap.isEstimated ? ", estimated" : "")"
  }

  /// The line about a stretch of nothing but zeros.
  func line(for change: SilenceWatch.Change) -> String {
    let place = place(change.frame)
    return change.isBegin
      ? "every sample is zero since \(place); is the input muted, or not allowed?"
      : "sound again at \(place)"
  }

  /// The line about a device that is lost, or back.
  func line(for change: DeviceChange, at frame: Int) -> String {
    switch change {
    case .lost(let error, _): return "\(error.message) at \(place(frame)), waiting for it"
    case .back(_, let seconds, let frameCount):
      let frames = counted(frameCount, "frame")
      return "back after \(Self.thousandths(seconds)) s, \(frames) lost at \(place(frame))"
    }
  }

  /// The total, or nil if nothing was lost.
  func total(_ report: LossReport) -> String? {
    var parts: [String] = []
    var inserted = ""
    for direction in StreamDirection.allCases {
      let counts = report[direction]
      if counts.dropped > 0 { parts.append("\(counts.dropped) dropped") }
      if counts.lost > 0 {
        let times = counted(counts.lossCount, "time")
        let estimated = counts.lostIsEstimated ? ", estimated" : ""
        parts.append("\(counts.lost) of \(direction) lost by the host (\(times)\(estimated))")
      }
      if counts.inserted > 0 {
        inserted = "\(counted(counts.inserted, "frame")) of silence inserted"
      }
    }
    if isAligned, !inserted.isEmpty { inserted += ", as many of input discarded to stay aligned" }
    // Inserted silence is not a loss.
    let lost = parts.isEmpty ? nil : "frames lost: " + parts.joined(separator: ", ")
    let all = [lost, inserted.isEmpty ? nil : inserted].compactMap(\.self)
    return all.isEmpty ? nil : all.joined(separator: "; ")
  }

  /// `peak -12.3 -inf dB`, or `silent` if every sample was zero.
  static func peaks(_ peaks: PeakHold) -> String {
    guard !peaks.isSilent else { return "silent" }
    let words = peaks.decibels.map { level in
      level.isFinite ? "\((level * 10).rounded() / 10)" : "-inf"
    }
    return "peak \(words.joined(separator: " ")) dB"
  }

  /// `frame 48000 (1.000 s)`.
  private func place(_ frame: Int) -> String { "frame \(frame) (\(seconds(frame)))" }

  private func seconds(_ frames: Int) -> String { "\(Self.thousandths(Double(frames) / rate)) s" }

  /// `1.000`.
  private static func thousandths(_ seconds: Double) -> String {
    let milliseconds = Int((seconds * 1000).rounded())
    let rest = String(milliseconds % 1000)
    let zeros = String(repeating: "0", count: 3 - rest.count)
    return "\(milliseconds / 1000).\(zeros)\(rest)"
  }
}
