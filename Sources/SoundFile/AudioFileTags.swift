/// The texts a sound file carries beside its samples.
///
/// Corresponds to libsndfile's `SF_STR_*`. A type that has no place for a text drops it.
public struct AudioFileTags: Hashable, Sendable {
  /// The kinds of text.
  public enum Key: String, Hashable, Sendable, CaseIterable {
    case title, copyright, software, artist, comment, date, album, license
    case trackNumber = "track"
    case genre
  }

  private var texts: [Key: String] = [:]

  /// No texts.
  public init() {}

  /// The text of one kind, nil where there is none.
  public subscript(key: Key) -> String? {
    get { texts[key] }
    set { texts[key] = newValue }
  }

  /// Whether there is no text at all.
  public var isEmpty: Bool { texts.isEmpty }

  /// The texts there are, in the order of `Key`.
  public var all: [(key: Key, text: String)] {
    Key.allCases.compactMap { key in texts[key].map { (key, $0) } }
  }
}
