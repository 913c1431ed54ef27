internal import CConfine
internal import Platform

/// Takes away what a program that decodes files of unknown origin has no need of: a decoder that
/// is led astray finds no file it could open, no network and no program to run.
///
/// Linux has the means, Landlock and seccomp; elsewhere, and in a kernel without them, nothing
/// happens. Taken away is taken away for good, from all threads.
public enum Confinement {
  /// Confines the process once its inputs are open, before it looks into them.
  ///
  /// - Parameter path: A file that is still to be created or replaced; nil for none. Until
  ///   ``complete()`` regular files in its folder, and no others, can be written.
  public static func begin(writing path: String? = nil) {
    let folder = path.map { unsafe open(parent(of: $0), O_RDONLY | O_DIRECTORY | O_CLOEXEC) } ?? -1
    defer { if folder >= 0 { close(folder) } }
    // A folder that cannot be opened is the output's trouble, which is told when that is opened.
    let (files, calls) = (sd_confine_files(folder), sd_confine_calls(path != nil))
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

  private static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
