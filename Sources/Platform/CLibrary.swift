// The system's C library, whatever its module is called here. Everything else imports Platform.

#if canImport(Darwin)
  @_exported public import Darwin
#else
  @_exported public import Glibc
#endif
