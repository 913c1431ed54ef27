internal import Synchronization

/// A child process that runs this program's own executable, even if its file was replaced meanwhile.
/// Its stdin and stdout are pipes, and it has a process group of its own, which no terminal signals.
/// Any thread.
public final class ProgramCopy: Sendable {
  /// What the child writes to stdout. Belongs to this object.
  public let output: CInt
  private let input: CInt
  private let child: pid_t
  /// Whether the pipes are open; and whether the child's number is still its own.
  private let state = Mutex((isInputOpen: true, isAlive: true))

  /// Starts it with the arguments of this process.
  ///
  /// - Parameters:
  ///   - word: An argument to insert before them.
  ///   - errors: The descriptor that becomes its stderr.
  /// - Returns: nil if it cannot be started; `errno` says why.
  public init?(inserting word: String, errors: CInt) {
    var (toChild, fromChild): ([CInt], [CInt]) = ([-1, -1], [-1, -1])
    guard unsafe pipe(&toChild) == 0 else { return nil }
    guard unsafe pipe(&fromChild) == 0 else {
      for end in toChild { _ = SystemCall.close(end) }
      return nil
    }
    for end in toChild + fromChild { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let (child, code) = Self.spawn(word, toChild[0], fromChild[1], errors)
    for end in [toChild[0], fromChild[1]] { _ = SystemCall.close(end) }
    guard let child else {
      for end in [toChild[1], fromChild[0]] { _ = SystemCall.close(end) }
      errno = code
      return nil
    }
    (self.child, input, output) = (child, toChild[1], fromChild[0])
  }

  /// Writes one byte to its stdin.
  public func wake() {
    state.withLock { state in
      var byte: UInt8 = 0
      if state.isInputOpen { _ = unsafe SystemCall.write(input, &byte, 1) }
    }
  }

  /// Closes its stdin.
  public func closeInput() {
    state.withLock { state in
      if state.isInputOpen { _ = SystemCall.close(input) }
      state.isInputOpen = false
    }
  }

  /// Sends it a signal, unless it has been reaped.
  public func send(_ signal: CInt) {
    state.withLock { if $0.isAlive { _ = kill(child, signal) } }
  }

  /// Kills it if it is still there, and closes the pipes.
  public func reap() {
    closeInput()
    state.withLock { state in
      guard state.isAlive else { return }
      state.isAlive = false
      _ = kill(child, SIGKILL)
      _ = SystemCall.close(output)
      var status: CInt = 0
      while unsafe waitpid(child, &status, 0) < 0, errno == EINTR {}
    }
  }

  private static func spawn(
    _ word: String, _ input: CInt, _ output: CInt, _ errors: CInt
  ) -> (pid_t?, CInt) {
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
      var attributes: posix_spawnattr_t?
    #else
      var actions = unsafe posix_spawn_file_actions_t()
      var attributes = posix_spawnattr_t()
    #endif
    guard unsafe posix_spawn_file_actions_init(&actions) == 0 else { return (nil, ENOMEM) }
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    guard unsafe posix_spawnattr_init(&attributes) == 0 else { return (nil, ENOMEM) }
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    unsafe posix_spawn_file_actions_adddup2(&actions, input, 0)
    unsafe posix_spawn_file_actions_adddup2(&actions, output, 1)
    unsafe posix_spawn_file_actions_adddup2(&actions, errors, 2)
    var defaults = sigset_t()
    unsafe sigemptyset(&defaults)
    for signal in [SIGPIPE, SIGTERM] { unsafe sigaddset(&defaults, signal) }
    unsafe posix_spawnattr_setsigdefault(&attributes, &defaults)
    unsafe posix_spawnattr_setpgroup(&attributes, 0)
    unsafe posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF))
    let given = unsafe UnsafeBufferPointer(
      start: CommandLine.unsafeArgv, count: Int(CommandLine.argc))
    let inserted = unsafe strdup(word)
    defer { unsafe free(inserted) }
    var arguments = unsafe Array(given.prefix(1)) + [inserted] + given.dropFirst() + [nil]
    var child: pid_t = 0
    let code = unsafe posix_spawn(
      &child, executablePath, &actions, &attributes, &arguments, environ)
    return code == 0 ? (child, 0) : (nil, code)
  }

  private static var executablePath: String {
    #if canImport(Darwin)
      var size = UInt32(PATH_MAX)
      var path = [CChar](repeating: 0, count: Int(size))
      unsafe _NSGetExecutablePath(&path, &size)
      return unsafe String(cString: path)
    #else
      return "/proc/self/exe"
    #endif
  }
}
