/// Lets this process open as many files as it may: the usual limit is for programs that use
/// select, which this one does not.
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
