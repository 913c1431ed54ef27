// Re-exports the system's C library, whatever its module is called. Other targets import Platform.

#if canImport(Darwin)
  @_exported public import Darwin
#else
  @_exported public import Glibc
#endif
