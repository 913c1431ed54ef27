internal import CConfine
internal import Platform
internal import SoundFile

/// Takes away what a program that decodes files of unknown origin has no need of: a decoder that
/// is led astray finds no file it could open, no network and no program to run.
///
/// Linux has the means, Landlock and seccomp; elsewhere, and in a kernel without them, nothing
/// happens. Taken away is taken away for good, from all threads.
public enum Confinement {
  /// Confines the process once its inputs are open, before it looks into them.
  ///
  /// - Parameter path: A file that is still to be created or replaced; nil for none. Until
  ///   ``complete()`` that file, or where there is none regular files in its folder, and no others,
  ///   can be written.
  public static func begin(writing path: String? = nil) {
    let target = path.map(openTarget) ?? -1
    defer { if target >= 0 { close(target) } }
    // What cannot be opened is the output's trouble, which is told when that is opened.
    let (files, calls) = (sd_confine_files(target), sd_confine_calls(path != nil))
    // Where opening had to stay allowed, Landlock is what keeps it to one folder.
    switch (files, calls) {
    case (true, true): Messages.detail("", "confined by Landlock and seccomp")
    case (true, false): Messages.detail("", "confined by Landlock, there is no seccomp")
    case (false, true): Messages.detail("", "confined by seccomp, there is no Landlock")
    case (false, false): Messages.detail("", "not confined, there is neither Landlock nor seccomp")
    }
  }

  /// Takes away the rest: from now on no file at all can be opened. For a process that was confined
  /// for an output, which is open now.
  public static func complete() {
    // What cannot be had was told by begin.
    _ = sd_confine_calls(false)
  }

  /// What a path leads to, through whatever links, or the folder where it is to be created: a
  /// descriptor that grants neither reading nor writing.
  private static func openTarget(_ path: String) -> CInt {
    var path = path
    for _ in 0..<40 {
      let existing = unsafe sd_confine_target(FileName.bytes(of: path))
      if existing >= 0 { return existing }
      // A link to what is not there yet.
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
