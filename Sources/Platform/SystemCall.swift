/// C functions under names that methods of other types would otherwise shadow.
public enum SystemCall {
  #if canImport(Darwin)
    /// Corresponds to open(2); creates files with mode 0666 less the umask.
    public static func open(_ path: UnsafePointer<CChar>, _ flags: CInt) -> CInt {
      unsafe Darwin.open(path, flags, 0o666)
    }

    /// Corresponds to read(2).
    public static func read(
      _ descriptor: CInt, _ bytes: UnsafeMutableRawPointer?, _ count: Int
    ) -> Int { unsafe Darwin.read(descriptor, bytes, count) }

    /// Corresponds to write(2).
    public static func write(_ descriptor: CInt, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
      unsafe Darwin.write(descriptor, bytes, count)
    }

    /// Corresponds to close(2).
    public static func close(_ descriptor: CInt) -> CInt { Darwin.close(descriptor) }
  #else
    /// Corresponds to open(2); creates files with mode 0666 less the umask.
    public static func open(_ path: UnsafePointer<CChar>, _ flags: CInt) -> CInt {
      unsafe Glibc.open(path, flags, 0o666)
    }

    /// Corresponds to read(2).
    public static func read(
      _ descriptor: CInt, _ bytes: UnsafeMutableRawPointer?, _ count: Int
    ) -> Int { unsafe Glibc.read(descriptor, bytes, count) }

    /// Corresponds to write(2).
    public static func write(_ descriptor: CInt, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
      unsafe Glibc.write(descriptor, bytes, count)
    }

    /// Corresponds to close(2).
    public static func close(_ descriptor: CInt) -> CInt { Glibc.close(descriptor) }
  #endif
}
