internal import PCM

/// The text of `SD_VIRTUAL`.
///
/// A list separated by commas: `rate=48000`, `block=256`, `blocks=random:SEED` (each block has 1 to
/// `block` frames, the same for the same seed), `channels=2`, `latency=256` (the loopback's delay
/// in frames), `pace=realtime` or `fast`, `drift=-50` (how far the clock of `virtual:null` is ahead
/// of that of `virtual:loopback`, in ppm), `jitter=100` (each block comes 0 to 100 frames late, the
/// same each time), `input=FILE` and `output=FILE` (raw float32 that `virtual:null` captures, and
/// that it plays), and faults: `xrun@48000:256` (loses 256 frames at frame 48000), `stall@96000`
/// (callbacks stop there), `stall@96000:4800` (callbacks stop for the duration of 4800 frames, then
/// come in a burst), `freewheel@96000:48000` (48000 frames pass as fast as possible), `crawl@96000`
/// (a hundredth of real time from there; `crawl` alone from the start), `retune@96000` (the device
/// runs at another rate from there), `lost@96000` (the device is gone from there). Misbehaviour of
/// hosts: `linger` (a stream never becomes inactive by itself), `latency=garbage` and
/// `times=garbage` (reports garbage), `flags=none` (reports no losses).
extension VirtualConfiguration {
  struct ParseError: Error, CustomStringConvertible {
    let description: String
  }

  init(parsing text: String) throws(ParseError) {
    self.init(pace: .realtime)
    var explicitLatency: Int?
    for item in text.split(separator: ",", omittingEmptySubsequences: true) {
      if let at = item.firstIndex(of: "@") {
        faults.append(try Self.fault(item[..<at], item[item.index(after: at)...], item))
        continue
      }
      if let sin = Self.sins[item] {
        sins.insert(sin)
        continue
      }
      if item == "crawl" {
        faults.append(Fault(kind: .crawl, position: 0, frameCount: 0))
        continue
      }
      let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2 else { throw Self.unknown(item) }
      switch parts[0] {
      case "rate": sampleRate = Double(try Self.number(parts[1], in: 1...768_000, item))
      case "block": blockSize = try Self.number(parts[1], in: 1...65_536, item)
      case "blocks": blockSeed = try Self.seed(parts[1], item)
      case "channels": channelCount = try Self.number(parts[1], in: 1...1024, item)
      case "latency": explicitLatency = try Self.number(parts[1], in: 1...131_072, item)
      case "drift": drift = try Self.number(parts[1], in: -100_000...100_000, item)
      case "jitter": jitter = try Self.number(parts[1], in: 0...65_536, item)
      case "input": inputPath = try Self.path(parts[1], item)
      case "output": outputPath = try Self.path(parts[1], item)
      case "pace":
        guard let pace = Pace.words.first(where: { $0.rawValue == parts[1] }) else {
          throw ParseError(description: "'\(item)': the pace is realtime or fast")
        }
        self.pace = pace
      default: throw Self.unknown(item)
      }
    }
    latency = explicitLatency ?? blockSize
    faults.sort { $0.position < $1.position }
  }

  private static let sins: [Substring: Sin] = [
    "linger": .linger, "latency=garbage": .garbageLatency, "times=garbage": .garbageTimes,
    "flags=none": .noFlags,
  ]

  private static func fault(_ name: Substring, _ value: Substring, _ item: Substring)
    throws(ParseError) -> Fault
  {
    guard let kind = Fault.Kind(rawValue: String(name)) else { throw unknown(item) }
    let parts = value.split(separator: ":", omittingEmptySubsequences: false)
    let position = try number(parts[0], in: 0...Int.max / 2, item)
    switch (kind, parts.count) {
    case (.xrun, 2), (.stall, 2), (.freewheel, 2):
      let frameCount = try number(parts[1], in: 1...1_000_000_000, item)
      return Fault(kind: kind, position: position, frameCount: frameCount)
    case (.stall, 1), (.crawl, 1), (.retune, 1), (.lost, 1):
      return Fault(kind: kind, position: position, frameCount: 0)
    default:
      throw ParseError(
        description: "'\(item)': try xrun@48000:256, stall@48000, stall@48000:256, "
          + "freewheel@48000:256, crawl@48000, retune@48000 or lost@48000")
    }
  }

  private static func path(_ value: Substring, _ item: Substring) throws(ParseError) -> String {
    guard !value.isEmpty else { throw ParseError(description: "'\(item)': a file's name") }
    return String(value)
  }

  private static func seed(_ value: Substring, _ item: Substring) throws(ParseError) -> UInt64 {
    let word = "random:"
    guard value.hasPrefix(word), let seed = UInt64(value.dropFirst(word.count)) else {
      throw ParseError(description: "'\(item)': try blocks=random:1")
    }
    return seed
  }

  private static func number(_ text: Substring, in range: ClosedRange<Int>, _ item: Substring)
    throws(ParseError) -> Int
  {
    guard let value = Int(text), range.contains(value) else {
      throw ParseError(
        description: "'\(item)': a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  private static func unknown(_ item: Substring) -> ParseError {
    ParseError(
      description: "'\(item)': unknown; try rate= block= blocks= channels= latency= pace= drift= "
        + "jitter= input= output= xrun@FRAME:COUNT stall@FRAME freewheel@FRAME:COUNT crawl@FRAME "
        + "retune@FRAME lost@FRAME linger latency=garbage times=garbage flags=none")
  }
}
