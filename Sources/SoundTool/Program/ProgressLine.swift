internal import Platform

/// The progress line on a terminal: position, length, percent, levels and losses. It is redrawn at
/// most ten times per second, and erased for messages and at the end. One thread at a time.
public final class ProgressLine {
  /// The content of the line.
  public struct Status: Sendable {
    /// The position in seconds.
    public var position: Double
    /// The total length in seconds, if known.
    public var length: Double?
    /// Levels in decibels relative to full scale, one per channel; empty for none.
    public var levels: [Double]
    /// Losses, or another remark; empty for none.
    public var remark: String

    /// Creates a status.
    public init(
      position: Double, length: Double? = nil, levels: [Double] = [], remark: String = ""
    ) {
      self.position = position
      self.length = length
      self.levels = levels
      self.remark = remark
    }
  }

  private let limit = RateLimit(interval: 0.1)

  /// Creates a line on stderr; ``ProgressOptions/showsLine(hasFile:)`` says whether there should be
  /// one.
  public init() {
    // The shell's prompt must not follow a half-drawn line.
    SignalCenter.shared.onPause({ Messages.transient("") }, resume: {})
  }

  /// Redraws the line if the last time was a tenth of a second ago; only then calls `status`.
  public func update(_ status: () -> Status) {
    guard Self.isInForeground, limit.pass() != nil else { return }
    Messages.transient(String(Self.text(of: status()).prefix(Self.columns - 1)))
  }

  /// Erases the line.
  public func clear() {
    Messages.transient("")
  }

  /// The line as it is drawn: `0:12.3 / 3:45.0  5%  -12.3 -inf dB  lost 0`.
  static func text(of status: Status) -> String {
    var parts = [clock(status.position)]
    if let length = status.length {
      parts[0] += " / \(clock(length))"
      let percent = length > 0 ? min(100, 100 * status.position / length) : 100
      parts.append("\(Int(percent))%")
    }
    if !status.levels.isEmpty {
      parts.append(status.levels.map(decibels).joined(separator: " ") + " dB")
    }
    if !status.remark.isEmpty { parts.append(status.remark) }
    return parts.joined(separator: "  ")
  }

  /// `1:23.4`, `1:02:03.4`: rounded down.
  package static func clock(_ seconds: Double) -> String {
    let tenths = Int((max(0, seconds) * 10).rounded(.down))
    let (minutes, rest) = (tenths / 600, tenths % 600)
    let text = "\(rest / 10).\(rest % 10)"
    let padded = rest < 100 ? "0" + text : text
    guard minutes >= 60 else { return "\(minutes):\(padded)" }
    return "\(minutes / 60):\(minutes % 60 < 10 ? "0" : "")\(minutes % 60):\(padded)"
  }

  private static func decibels(_ level: Double) -> String {
    guard level.isFinite else { return " -inf" }
    let tenths = Int((level * 10).rounded())
    let text = "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
    return String(repeating: " ", count: max(0, 5 - text.count)) + text
  }

  /// Whether we may draw on the terminal: not as a background job.
  private static var isInForeground: Bool {
    let group = tcgetpgrp(StandardStreams.errors)
    return group == -1 || group == getpgrp()
  }

  private static var columns: Int {
    var size = winsize()
    guard unsafe ioctl(StandardStreams.errors, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
      return 80
    }
    return Int(size.ws_col)
  }
}
