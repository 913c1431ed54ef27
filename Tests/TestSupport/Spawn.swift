import CTestSupport
import Foundation

/// Starts a program with a clean signal state, in a process group of its own, with these
/// descriptors and no others.
///
/// - Parameters:
///   - path: The program's path.
///   - words: Its arguments, its name first.
///   - environment: Its whole environment.
///   - descriptors: For each descriptor of the child the one of this process it copies, or `nil`
///     for one left closed.
///   - terminal: The path of the terminal that becomes its controlling one.
///   - workingDirectory: Where it starts.
/// - Returns: Its process number, which is also its group's.
func spawn(
  path: String, words: [String], environment: [String: String], descriptors: [Int32: Int32?],
  terminal: String?, workingDirectory: String?
) throws(ToolFailure) -> pid_t {
  #if canImport(Darwin)
    var attributes: posix_spawnattr_t?
    var actions: posix_spawn_file_actions_t?
  #else
    var attributes = posix_spawnattr_t()
    var actions = unsafe posix_spawn_file_actions_t()
  #endif
  unsafe posix_spawnattr_init(&attributes)
  unsafe posix_spawn_file_actions_init(&actions)
  defer {
    unsafe posix_spawnattr_destroy(&attributes)
    unsafe posix_spawn_file_actions_destroy(&actions)
  }

  var all = sigset_t()
  var none = sigset_t()
  unsafe sigfillset(&all)
  unsafe sigemptyset(&none)
  unsafe posix_spawnattr_setsigdefault(&attributes, &all)
  unsafe posix_spawnattr_setsigmask(&attributes, &none)
  var flags = Int32(POSIX_SPAWN_SETSIGDEF) | Int32(POSIX_SPAWN_SETSIGMASK)
  // A session leader also leads a group, and takes the first terminal it opens as its own.
  flags |= terminal == nil ? Int32(POSIX_SPAWN_SETPGROUP) : sessionFlag
  #if canImport(Darwin)
    flags |= Int32(POSIX_SPAWN_CLOEXEC_DEFAULT)
  #endif
  unsafe posix_spawnattr_setflags(&attributes, Int16(flags))

  if let workingDirectory {
    unsafe posix_spawn_file_actions_addchdir_np(&actions, workingDirectory)
  }
  let last = max(descriptors.keys.max() ?? 2, 2)
  // Moves the sources above every target, so that no copy overwrites a source still needed.
  var moved: [Int32] = []
  defer { for descriptor in moved { close(descriptor) } }
  if let terminal {
    unsafe posix_spawn_file_actions_addopen(&actions, last + 1, terminal, O_RDWR, 0)
  }
  for (target, source) in descriptors.sorted(by: { $0.key < $1.key }) {
    guard let source else { continue }
    let copy = fcntl(source, F_DUPFD_CLOEXEC, max(64, last + 2))
    guard copy >= 0 else { throw ToolFailure("descriptor \(source)", code: errno) }
    moved.append(copy)
    unsafe posix_spawn_file_actions_adddup2(&actions, copy, target)
  }
  for target in 0...last where (descriptors[target] ?? nil) == nil {
    unsafe posix_spawn_file_actions_addclose(&actions, target)
  }
  #if canImport(Glibc)
    unsafe posix_spawn_file_actions_addclosefrom_np(&actions, last + 1)
  #else
    if terminal != nil { unsafe posix_spawn_file_actions_addclose(&actions, last + 1) }
  #endif

  var pid: pid_t = 0
  let variables = environment.map { "\($0)=\($1)" }
  let code = unsafe withCStrings(words) { arguments in
    unsafe withCStrings(variables) { variables in
      unsafe posix_spawn(&pid, path, &actions, &attributes, arguments, variables)
    }
  }
  guard code == 0 else { throw ToolFailure("starting \(path)", code: code) }
  return pid
}

private var sessionFlag: Int32 {
  #if canImport(Darwin)
    Int32(POSIX_SPAWN_SETSID)
  #else
    SD_POSIX_SPAWN_SETSID
  #endif
}

/// Calls the body with a null-terminated array of null-terminated strings.
private func withCStrings<R>(
  _ strings: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> R
) -> R {
  var pointers = unsafe strings.map { unsafe strdup($0) }
  unsafe pointers.append(nil)
  defer { unsafe pointers.forEach { unsafe free($0) } }
  return unsafe pointers.withUnsafeMutableBufferPointer { buffer in
    guard let base = buffer.baseAddress else { preconditionFailure("an array without its end") }
    return unsafe body(base)
  }
}

/// A pipe whose ends no other child inherits.
func closeOnExecPipe() throws(ToolFailure) -> (reading: Int32, writing: Int32) {
  var ends: [Int32] = [-1, -1]
  #if canImport(Darwin)
    let result = unsafe pipe(&ends)
    for end in ends where result == 0 { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
  #else
    let result = unsafe pipe2(&ends, O_CLOEXEC)
  #endif
  guard result == 0 else { throw ToolFailure("making a pipe", code: errno) }
  return (ends[0], ends[1])
}

/// Opens a file so that no other child inherits it.
func openFile(_ path: String, _ flags: Int32) throws(ToolFailure) -> Int32 {
  let descriptor = unsafe open(path, flags | O_CLOEXEC, 0o644)
  guard descriptor >= 0 else { throw ToolFailure("opening \(path)", code: errno) }
  return descriptor
}
