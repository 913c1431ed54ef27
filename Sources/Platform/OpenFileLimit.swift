/// Makes room for this many open files besides a few others, while there is one thread.
///
/// Raises the soft limit on open files to the hard limit, up to 65536. The usual soft limit
/// protects programs that use select(2), which this one does not. On Linux, also grows the table of
/// descriptors at once: a process with several threads waits 8 ms for each time it doubles.
public func makeRoom(forOpenFiles count: Int) {
  guard count > 50 else { return }
  var limit = rlimit()
  #if canImport(Darwin)
    let kind = RLIMIT_NOFILE
  #else
    let kind = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
  #endif
  guard unsafe getrlimit(kind, &limit) == 0 else { return }
  limit.rlim_cur = min(limit.rlim_max, 1 << 16)
  _ = unsafe setrlimit(kind, &limit)
  let last = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, CInt(clamping: count + 100))
  if last >= 0 { close(last) }
}
