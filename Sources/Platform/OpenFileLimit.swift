/// Raises the soft limit on open files to the hard limit, up to 65536. The usual soft limit
/// protects programs that use select(2), which this one does not.
public func raiseOpenFileLimit() {
  var limit = rlimit()
  #if canImport(Darwin)
    let kind = RLIMIT_NOFILE
  #else
    let kind = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
  #endif
  guard unsafe getrlimit(kind, &limit) == 0 else { return }
  limit.rlim_cur = min(limit.rlim_max, 1 << 16)
  _ = unsafe setrlimit(kind, &limit)
}
