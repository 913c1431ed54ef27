/// The texts and pictures that a sound file carries beside its samples.
///
/// Corresponds to libsndfile's `SF_STR_*`, and to the additional ones of FLAC, Vorbis and Opus. A
/// type without a place for one of them drops it; `dropped(by:)` lists those.
public struct AudioFileTags: Hashable, Sendable {
  /// The kinds of text that most types have.
  public enum Key: String, Hashable, Sendable, CaseIterable {
    case title, copyright, software, artist, comment, date, album, license
    case trackNumber = "track"
    case genre
  }

  /// A text with any other name, such as `ALBUMARTIST` or `REPLAYGAIN_TRACK_GAIN`.
  public struct Comment: Hashable, Sendable {
    /// The name, as spelled in the file.
    public let name: String
    /// The text.
    public let text: String
  }

  private var texts: [Key: String] = [:]

  /// Texts with other names, and additional ones of a known name, in the file's order.
  public internal(set) var comments: [Comment] = []

  /// Pictures, in the file's order.
  public internal(set) var pictures: [Picture] = []

  /// The speakers, which FLAC states among its comments.
  var channelMask: UInt32?

  /// Creates tags without texts.
  public init() {}

  /// The text of one kind, or nil.
  public subscript(key: Key) -> String? {
    get { texts[key] }
    set { texts[key] = newValue }
  }

  /// Whether there are no texts and no pictures.
  public var isEmpty: Bool { texts.isEmpty && comments.isEmpty && pictures.isEmpty }

  /// All texts of the usual kinds, in the order of `Key`.
  public var all: [(key: Key, text: String)] {
    Key.allCases.compactMap { key in texts[key].map { (key, $0) } }
  }

  /// The names of tags that a type has no place for: `genre`, `ALBUMARTIST`, `2 pictures`.
  public func dropped(by type: AudioFileType) -> [String] {
    // Raw samples have no tags by nature, so none is reported.
    if type == .raw { return [] }
    let known = type.tagKeys
    var names = all.map(\.key).filter { !known.contains($0) }.map(\.rawValue)
    if !type.hasComments {
      for comment in comments where !names.contains(comment.name) { names.append(comment.name) }
    }
    let lost = pictures.count - keptPictureCount(in: type)
    if lost > 0 { names.append(lost == 1 ? "a picture" : "\(lost) pictures") }
    return names
  }
}

extension AudioFileTags {
  private func keptPictureCount(in type: AudioFileType) -> Int {
    if type == .mp3 { return ID3.cover(of: self) == nil ? 0 : 1 }
    return type.hasComments ? pictures.count : 0
  }
}

extension AudioFileType {
  /// The kinds of text that files of this type have a place for.
  fileprivate var tagKeys: Set<AudioFileTags.Key> {
    switch self {
    case .flac, .ogg, .opus, .caf, .mp3: Set(AudioFileTags.Key.allCases)
    case .wav, .rf64, .wavex: Set(AudioFileTags.Key.allCases).subtracting([.license])
    case .aiff: [.title, .artist, .comment, .copyright, .software]
    default: []
    }
  }

  /// Whether files of this type have a place for other texts, and for pictures.
  fileprivate var hasComments: Bool { [.flac, .ogg, .opus, .mp3].contains(self) }
}
