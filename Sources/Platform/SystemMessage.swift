/// The system's message for an `errno`, starting in lower case: `no such file or directory`.
///
/// Any thread. Corresponds to `strerror_r`, in the C locale.
public func systemMessage(_ code: CInt) -> String {
  let words = unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
    guard let base = buffer.baseAddress else { return "" }
    guard unsafe strerror_r(code, base, buffer.count) == 0 else { return "error \(code)" }
    return unsafe String(cString: base)
  }
  return words.prefix(1).lowercased() + words.dropFirst()
}
