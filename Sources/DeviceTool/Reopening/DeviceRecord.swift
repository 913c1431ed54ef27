internal import PCM
internal import SoundDevice
internal import SoundTool

/// What a child process reports about its device, in order. Both ends are one executable, so the
/// bytes between them have the machine's own order and no version.
enum DeviceRecord: Equatable {
  /// The device is open.
  case opened(OpenedDevice)
  /// Frames; their bytes follow.
  case frames(FramesHead)
  case gap(LineGap)
  /// The ledger so far.
  case ledger(LossReport)
  /// The device is lost, or could not be opened; nothing follows.
  case failed(ToolError)
  /// A signal from elsewhere ended the child; nothing follows.
  case stopped

  /// Frames on their way.
  struct FramesHead: Equatable {
    var count: Int
    /// The capture time of the first one, in seconds since 1970; nil if unknown.
    var captured: Double?
    /// The wall time of the device's first block; nil if unknown.
    var startTime: Double?
    /// The host's period in frames.
    var periodFrameCount: Int
  }
}

/// A device that a child process has opened.
struct OpenedDevice: Equatable {
  var id: String
  var format: StreamFormat
  /// In seconds.
  var latency: Double
}

// MARK: As bytes

extension DeviceRecord {
  /// The length of what precedes a record's text: numbers of 64 bits, of which the first says what it
  /// is and the second how many bytes of text follow.
  static let headByteCount = 8 * headCount
  private static let headCount = 10

  private enum Kind: Int { case opened, frames, gap, ledger, failed, stopped }

  /// The bytes of the record, without those of its frames.
  var bytes: [UInt8] {
    let (kind, numbers, text) = parts
    var words = [kind.rawValue, text.utf8.count] + numbers
    words += [Int](repeating: 0, count: Self.headCount - words.count)
    return words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
      + text.utf8
  }

  /// The length of the text that belongs to a head.
  static func textByteCount(_ head: [UInt8]) -> Int { words(head)[1] }

  /// The record of these bytes; nil if it is none.
  init?(head: [UInt8], text: [UInt8]) {
    let words = Self.words(head)
    guard let kind = Kind(rawValue: words[0]) else { return nil }
    let text = String(decoding: text, as: UTF8.self)
    switch kind {
    case .opened:
      let parts = text.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, let encoding = try? SampleEncoding(parsing: String(parts[0]))
      else { return nil }
      self = .opened(
        OpenedDevice(
          id: String(parts[1]),
          format: StreamFormat(
            encoding: encoding, rate: Self.number(words[2]) ?? 0, channelCount: words[3]),
          latency: Self.number(words[4]) ?? 0))
    case .frames:
      self = .frames(
        FramesHead(
          count: words[2], captured: Self.number(words[3]), startTime: Self.number(words[4]),
          periodFrameCount: words[5]))
    case .gap:
      guard let cause = LineGap.Cause(rawValue: words[2]) else { return nil }
      var gap = LineGap(cause: cause, frameCount: words[3])
      gap.age = words[4]
      gap.isEstimated = words[5] & 1 != 0
      gap.isFreewheeling = words[5] & 2 != 0
      self = .gap(gap)
    case .ledger:
      var report = LossReport()
      report.input.hostFrameCount = words[2]
      report.input.delivered = words[3]
      report.input.dropped = words[4]
      report.input.discarded = words[5]
      report.input.lost = words[6]
      report.input.lossCount = words[7]
      report.pausedFrameCount = words[8]
      report.input.lostIsEstimated = words[9] & 1 != 0
      report.isFreewheeling = words[9] & 2 != 0
      self = .ledger(report)
    case .failed: self = .failed(ToolError(message: text, status: .failure))
    case .stopped: self = .stopped
    }
  }

  private var parts: (kind: Kind, numbers: [Int], text: String) {
    switch self {
    case .opened(let device):
      let format = device.format
      return (
        .opened, [Self.word(format.rate), format.channelCount, Self.word(device.latency)],
        "\(format.encoding.name)\n\(device.id)"
      )
    case .frames(let head):
      return (
        .frames,
        [head.count, Self.word(head.captured), Self.word(head.startTime), head.periodFrameCount], ""
      )
    case .gap(let gap):
      let flags = (gap.isEstimated ? 1 : 0) | (gap.isFreewheeling ? 2 : 0)
      return (.gap, [gap.cause.rawValue, gap.frameCount, gap.age, flags], "")
    case .ledger(let report):
      let input = report.input
      let flags = (input.lostIsEstimated ? 1 : 0) | (report.isFreewheeling ? 2 : 0)
      return (
        .ledger,
        [
          input.hostFrameCount, input.delivered, input.dropped, input.discarded, input.lost,
          input.lossCount, report.pausedFrameCount, flags,
        ], ""
      )
    case .failed(let error): return (.failed, [], error.message)
    case .stopped: return (.stopped, [], "")
    }
  }

  private static func words(_ head: [UInt8]) -> [Int] {
    (0..<headCount).map { word in
      (0..<8).reduce(0) { $0 | Int(head[8 * word + $1]) << (8 * $1) }
    }
  }

  private static func word(_ number: Double?) -> Int {
    Int(truncatingIfNeeded: (number ?? .nan).bitPattern)
  }

  private static func number(_ word: Int) -> Double? {
    let number = Double(bitPattern: UInt64(truncatingIfNeeded: word))
    return number.isNaN ? nil : number
  }
}
