/// When a file was last written to, in seconds since 1970-01-01 00:00 UTC.
public func modificationSeconds(of status: stat) -> Double {
  #if canImport(Darwin)
    let time = status.st_mtimespec
  #else
    let time = status.st_mtim
  #endif
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
