/// Why a device was not found, or not uniquely: the ``PortAudioError/deviceError`` of a
/// ``PortAudioError``.
public enum DeviceError: Hashable, Sendable, CustomStringConvertible {
  /// No device matches the query.
  case notFound(query: String, direction: StreamDirection?)
  /// Several devices match; the candidates are their ids.
  case ambiguous(query: String, candidates: [String])
  /// The only matching device has no channels: its id, and whether PortAudio treats its name as a
  /// pattern.
  case noChannels(String, isPattern: Bool)
  /// There is no default device in this direction.
  case noDefault(StreamDirection)
  /// `SD_VIRTUAL` is malformed.
  case badVirtualConfiguration(String)

  /// The error in one line, with a remedy.
  public var description: String {
    switch self {
    case .notFound(let query, let direction):
      let kind = direction.map { "\($0) " } ?? ""
      return "no \(kind)device '\(query)'"
    case .ambiguous(let query, let candidates):
      let list = candidates.map { "'\($0)'" }.joined(separator: ", ")
      return "'\(query)' matches several devices: \(list)"
    case .noChannels(let id, let isPattern):
      let reason =
        isPattern
        ? "PortAudio 19.6 takes ( ) [ ] + * in a JACK name for a pattern; "
          + "a newer PortAudio works, and so does a name without them"
        : "it has neither inputs nor outputs"
      return "no channels on '\(id)': \(reason)"
    case .noDefault(let direction):
      let silent = direction == .output ? "plays into nothing" : "records silence"
      return "no \(direction) device found (sd-list shows them; -D virtual:null \(silent))"
    case .badVirtualConfiguration(let complaint):
      return "SD_VIRTUAL: \(complaint)"
    }
  }
}
