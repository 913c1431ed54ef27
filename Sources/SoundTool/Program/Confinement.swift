internal import CConfine
internal import Platform
internal import SoundFile

/// Drops the rights that a program decoding untrusted files does not need: a compromised decoder
/// finds no file to open, no network and no program to run.
///
/// Uses Landlock and seccomp on Linux; has no effect elsewhere, or in a kernel without them. It
/// applies to all threads and cannot be undone.
public enum Confinement {
  /// Confines the process after its inputs are opened, before it reads them.
  ///
  /// - Parameters:
  ///   - path: A file that is still to be created or replaced; nil for none. Until ``complete()``
  ///     that file can be written, or if it does not exist, regular files in its folder; no others.
  ///   - isTwoFiles: Whether another file beside it is written too.
  public static func begin(writing path: String? = nil, isTwoFiles: Bool = false) {
    let target = path.map { openTarget(isTwoFiles ? SeriesNamer.folder($0) : $0) } ?? -1
    defer { if target >= 0 { close(target) } }
    // If the output cannot be opened, opening it later reports that.
    let (files, calls) = (sd_confine_files(target), sd_confine_calls(path != nil))
    // If opening files has to stay allowed, Landlock limits it to one directory.
    switch (files, calls) {
    case (true, true): Messages.detail("", "confined by Landlock and seccomp")
    case (true, false): Messages.detail("", "confined by Landlock, there is no seccomp")
    case (false, true): Messages.detail("", "confined by seccomp, there is no Landlock")
    case (false, false): Messages.detail("", "not confined, there is neither Landlock nor seccomp")
    }
  }

  /// Drops the remaining rights: from now on no file can be opened. For a process that was confined
  /// for an output, which is open now.
  public static func complete() {
    // begin has already reported missing features.
    _ = sd_confine_calls(false)
  }

  /// The target of a path, through any links, or the folder in which to create it: a descriptor
  /// without read or write access.
  private static func openTarget(_ path: String) -> CInt {
    var path = path
    for _ in 0..<40 {
      let existing = unsafe sd_confine_target(FileName.bytes(of: path))
      if existing >= 0 { return existing }
      // A link to a file that does not exist yet.
      guard let next = target(ofLink: path) else { break }
      path = next.hasPrefix("/") ? next : "\(SeriesNamer.folder(path))/\(next)"
    }
    return unsafe sd_confine_target(FileName.bytes(of: SeriesNamer.folder(path)))
  }

  private static func target(ofLink path: String) -> String? {
    unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) { buffer in
      guard let start = buffer.baseAddress else { return nil }
      let count = unsafe readlink(FileName.bytes(of: path), start, buffer.count)
      guard count > 0 else { return nil }
      return unsafe FileName.text(of: UnsafeRawBufferPointer(start: start, count: count))
    }
  }
}
