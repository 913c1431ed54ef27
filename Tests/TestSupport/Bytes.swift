/// The in-memory bytes of an array of numbers.
public func bytes<T: BitwiseCopyable>(of values: [T]) -> [UInt8] {
  unsafe values.withUnsafeBytes { unsafe Array($0) }
}

/// The numbers in `bytes`, in the machine's byte order; an incomplete last one is ignored.
public func values<T: BitwiseCopyable>(of type: T.Type, from bytes: [UInt8]) -> [T] {
  let size = MemoryLayout<T>.stride
  return unsafe bytes.withUnsafeBytes { source in
    (0..<source.count / size).map { index in
      unsafe source.loadUnaligned(fromByteOffset: index * size, as: type)
    }
  }
}

/// The bytes with each number's byte order reversed.
public func swapped(_ bytes: [UInt8], sampleSize: Int) -> [UInt8] {
  stride(from: 0, to: bytes.count, by: sampleSize).flatMap { start in
    bytes[start..<min(start + sampleSize, bytes.count)].reversed()
  }
}
