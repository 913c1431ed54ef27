internal import SoundFile
internal import Platform

/// Removes the oldest files of a series, to keep only the newest. It removes only files with the
/// series' mark, including those from before a restart.
struct SeriesKeeper {
  /// The text in the software field of the series' files.
  let mark: String
  private let count: Int
  /// Files of the series, the oldest first.
  private(set) var paths: [String] = []

  /// Finds the existing files.
  ///
  /// - Parameter count: How many to keep, at least 1, including the one being written.
  init(_ namer: SeriesNamer, keeping count: Int, folder: String, existing: [String]) {
    mark = Self.mark(of: namer.pattern)
    self.count = max(1, count)
    var found: [(path: String, time: Double)] = []
    for name in existing where namer.matches(name) {
      let path = "\(folder)/\(name)"
      guard let time = System.modificationTime(ofPath: path), isMarked(path) else { continue }
      found.append((path, time))
    }
    paths = found.sorted { ($0.time, $0.path) < ($1.time, $1.path) }.map(\.path)
  }

  /// Throws a usage error for types without a place for the mark.
  static func check(_ type: AudioFileType, keeping count: Int) throws(ToolError) {
    switch type {
    case .wav, .rf64, .caf, .flac, .ogg, .opus, .mp3: return
    default:
      throw .usage(
        "--keep \(count)",
        "\(type.name) has no place for the mark of a series, use wav, caf or flac")
    }
  }

  /// Adds a new file of the series, and removes the oldest beyond the limit.
  mutating func add(_ path: String) {
    paths.append(path)
    while paths.count > count {
      let oldest = paths.removeFirst()
      if unsafe unlink(FileName.bytes(of: oldest)) == 0 {
        Messages.detail(oldest, "removed, \(count) are kept")
      } else if errno != ENOENT {
        Messages.note(oldest, "cannot be removed: \(systemMessage(errno))")
      }
    }
  }

  static func mark(of pattern: String) -> String {
    "sd-rec, series \(SeriesNamer.fileName(pattern))"
  }

  private func isMarked(_ path: String) -> Bool {
    // A file that cannot be read is not ours to remove.
    guard let file = try? AudioFile(path: path) else { return false }
    return file.tags[.software]?.hasPrefix(mark) == true
  }
}
