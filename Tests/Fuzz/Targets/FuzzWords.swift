import PCM
import PlotTool
import SoundFile
import SoundTool

/// The grammars. What is understood must come back from its own spelling.
enum FuzzWords {
  static func attempt(_ bytes: inout FuzzBytes) {
    let grammar = bytes.byte()
    let text = String(decoding: bytes.remaining(), as: UTF8.self)
    do throws(InvalidValue) {
      if grammar >= 240 { return try plot(grammar, text) }
      switch grammar % 16 {
      case 0: try time(text)
      case 1: try encoding(text)
      case 2: try map(text)
      case 3: _ = try Words.gain(text)
      case 4: try split(text)
      case 5: try rate(text)
      case 6: _ = try Words.channelCount(text)
      case 7: _ = try Words.frameCount(text)
      case 8: _ = try Words.type(text)
      case 9: _ = try Words.inputKind(text)
      case 10: _ = try Words.latencies(text)
      case 11: _ = try Words.channelCounts(text)
      case 12: _ = try Words.xrun(text)
      case 13: _ = try Words.blockSize(text)
      case 14: _ = AudioFileType.forPath(text)
      default: _ = AudioFileType.rawEncoding(forPath: text)
      }
    } catch {
      demand(!error.description.isEmpty, "a complaint without words")
    }
  }

  /// sd-plot's own words.
  private static func plot(_ grammar: Int, _ text: String) throws(InvalidValue) {
    switch grammar % 5 {
    case 0:
      let range = try Words.frequencyRange(text)
      demand(range.lowerBound >= 0 && range.upperBound.isFinite, "impossible frequencies")
    case 1: demand(try Words.decibelRange(text).upperBound.isFinite, "an impossible level")
    case 2: demand(try Words.blockLength(text).seconds(at: 48_000) > 0, "an empty block")
    case 3: demand(try Words.columnCount(text) > 0, "no columns")
    default:
      let size = try Words.pictureSize(text)
      demand(size.width > 0 && size.height > 0, "an empty picture")
    }
  }

  private static func time(_ text: String) throws(InvalidValue) {
    let time = try Words.time(text)
    for rate in [1, 8000, 44_100, 1e9] {
      demand(time.frameCount(at: rate) >= 0, "a negative time")
      demand(time.seconds(at: rate) >= 0, "a negative time")
    }
  }

  private static func encoding(_ text: String) throws(InvalidValue) {
    let encoding = try Words.encoding(text)
    let again = try Words.encoding(encoding.name)
    demand(again == encoding, "a name that means another encoding")
  }

  private static func map(_ text: String) throws(InvalidValue) {
    let map = try Words.map(text)
    demand(map.count > 0 && map.highest <= ChannelMap.limit, "an impossible map")
    let again = try Words.map("\(map)")
    demand(again == map, "a spelling that means another map")
  }

  private static func split(_ text: String) throws(InvalidValue) {
    let limit = try Words.split(text)
    switch limit.limit(at: 48_000) {
    case .frames(let count), .bytes(let count): demand(count > 0, "a file of nothing")
    case .aligned(let seconds): demand(seconds > 0, "a file of nothing")
    }
  }

  private static func rate(_ text: String) throws(InvalidValue) {
    let rate = try Words.rate(text)
    demand(rate >= 1 && rate <= 1e9, "an impossible rate")
  }
}
