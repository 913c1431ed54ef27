/// Runs a program to ask it something.
public enum ChildProcess {
  /// Why a program gave no answer.
  public enum Failure: Error, Equatable {
    /// It is not installed, or cannot be started.
    case notStarted
    /// It ended with another status than 0.
    case failed
    /// It took too long, and was killed.
    case timedOut
  }

  /// What a program prints on stdout. Its stdin is empty, its stderr discarded.
  ///
  /// - Parameters:
  ///   - program: Its name, looked up in PATH.
  ///   - seconds: How long it may take.
  public static func output(
    of program: String, _ arguments: [String], within seconds: Double
  ) throws(Failure) -> [UInt8] {
    var ends: [CInt] = [-1, -1]
    guard unsafe pipe(&ends) == 0 else { throw .notStarted }
    let (reading, writing) = (ends[0], ends[1])
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    _ = fcntl(reading, F_SETFL, O_NONBLOCK)
    defer { _ = SystemCall.close(reading) }
    let child = spawn([program] + arguments, output: writing)
    _ = SystemCall.close(writing)
    guard let child else { throw .notStarted }
    let bytes = read(reading, until: monotonicSeconds() + seconds)
    // What has closed its output has as good as ended.
    if bytes == nil { kill(child, SIGKILL) }
    var status: CInt = 0
    while unsafe waitpid(child, &status, 0) < 0, errno == EINTR {}
    guard let bytes else { throw .timedOut }
    guard status == 0 else { throw .failed }
    return bytes
  }

  private static func spawn(_ words: [String], output: CInt) -> pid_t? {
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
    #else
      var actions = unsafe posix_spawn_file_actions_t()
    #endif
    guard unsafe posix_spawn_file_actions_init(&actions) == 0 else { return nil }
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    unsafe posix_spawn_file_actions_adddup2(&actions, output, 1)
    unsafe posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    var arguments = unsafe words.map { unsafe strdup($0) }
    unsafe arguments.append(nil)
    defer { unsafe arguments.forEach { unsafe free($0) } }
    var child: pid_t = 0
    let code = unsafe posix_spawnp(&child, words[0], &actions, nil, arguments, environ)
    return code == 0 ? child : nil
  }

  /// All bytes until the end; nil if it does not come in time.
  private static func read(_ descriptor: CInt, until deadline: Double) -> [UInt8]? {
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = unsafe block.withUnsafeMutableBytes {
        unsafe SystemCall.read(descriptor, $0.baseAddress, $0.count)
      }
      if count == 0 { return bytes }
      if count > 0 {
        bytes += block[..<count]
        continue
      }
      let left = deadline - monotonicSeconds()
      guard left > 0, errno == EAGAIN || errno == EINTR else { return nil }
      var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      unsafe poll(&poller, 1, CInt((left * 1000).rounded(.up)))
    }
  }
}
