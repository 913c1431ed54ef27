internal import PCM
internal import SoundFile

/// The types that can be read, written and piped: `--types`.
public enum TypeTable {
  /// For people: one line per type.
  public static var text: String {
    let width = AudioFileType.allCases.map(\.name.count).reduce(0, max)
    let head = "\(padded("type", width))  read  write  pipe-in  pipe-out  what it is\n"
    return AudioFileType.allCases.reduce(into: head) { text, type in
      text += padded(type.name, width)
      text += "  " + padded(type.canBeRead ? "yes" : "-", 4)
      text += "  " + padded(type.canBeWritten ? "yes" : "-", 5)
      text += "  " + padded(type.canBeReadFromPipe ? "yes" : "-", 7)
      text += "  " + padded(type.canBeWrittenToPipe ? "yes" : "-", 8)
      text += "  " + type.title + "\n"
    }
  }

  /// For scripts.
  public static var json: JSON {
    .array(
      AudioFileType.allCases.map { type in
        .object([
          .init("type", .string(type.name)),
          .init("title", .string(type.title)),
          .init("suffixes", .array(type.suffixes.map(JSON.string))),
          .init("read", .bool(type.canBeRead)),
          .init("write", .bool(type.canBeWritten)),
          .init("pipe_in", .bool(type.canBeReadFromPipe)),
          .init("pipe_out", .bool(type.canBeWrittenToPipe)),
          .init(
            "formats", .array(AudioFileFormat.encodings(of: type).map { .string($0.name) })),
        ])
      })
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
