/// Loads a fixed-width integer, at any alignment, in the machine's byte order.
@inline(__always)
private func read<T: FixedWidthInteger & BitwiseCopyable>(
  _ source: UnsafeRawPointer, as type: T.Type
) -> T {
  unsafe source.loadUnaligned(as: T.self)
}

/// Stores a fixed-width integer, at any alignment, in the machine's byte order.
@inline(__always)
private func write<T: FixedWidthInteger & BitwiseCopyable>(
  _ value: T, _ target: UnsafeMutableRawPointer
) {
  unsafe target.storeBytes(of: value, as: T.self)
}

enum U8: IntegerCoding {
  static var byteCount: Int { 1 }
  static var bitCount: Int32 { 8 }

  @inline(__always)
  static func load(_ source: UnsafeRawPointer) -> Int32 {
    unsafe Int32(read(source, as: UInt8.self)) &- 0x80
  }

  @inline(__always)
  static func store(_ value: Int32, _ target: UnsafeMutableRawPointer) {
    unsafe write(UInt8(truncatingIfNeeded: value &+ 0x80), target)
  }
}

enum S8: IntegerCoding {
  static var byteCount: Int { 1 }
  static var bitCount: Int32 { 8 }

  @inline(__always)
  static func load(_ source: UnsafeRawPointer) -> Int32 {
    unsafe Int32(read(source, as: Int8.self))
  }

  @inline(__always)
  static func store(_ value: Int32, _ target: UnsafeMutableRawPointer) {
    unsafe write(Int8(truncatingIfNeeded: value), target)
  }
}

/// A byte order; swaps values unless it is the machine's.
protocol ByteOrder {
  static func swap<T: FixedWidthInteger>(_ value: T) -> T
}

enum Little: ByteOrder {
  @inline(__always)
  static func swap<T: FixedWidthInteger>(_ value: T) -> T { value.littleEndian }
}

enum Big: ByteOrder {
  @inline(__always)
  static func swap<T: FixedWidthInteger>(_ value: T) -> T { value.bigEndian }
}

enum S16<Order: ByteOrder>: IntegerCoding {
  static var byteCount: Int { 2 }
  static var bitCount: Int32 { 16 }

  @inline(__always)
  static func load(_ source: UnsafeRawPointer) -> Int32 {
    unsafe Int32(Order.swap(read(source, as: Int16.self)))
  }

  @inline(__always)
  static func store(_ value: Int32, _ target: UnsafeMutableRawPointer) {
    unsafe write(Order.swap(Int16(truncatingIfNeeded: value)), target)
  }
}

/// A 24-bit integer in a 32-bit word, as `Packed24` unpacks it.
enum Word24: IntegerCoding {
  static var byteCount: Int { 4 }
  static var bitCount: Int32 { 24 }

  @inline(__always)
  static func load(_ source: UnsafeRawPointer) -> Int32 {
    unsafe read(source, as: Int32.self)
  }

  @inline(__always)
  static func store(_ value: Int32, _ target: UnsafeMutableRawPointer) {
    unsafe write(value, target)
  }
}

enum S32<Order: ByteOrder>: IntegerCoding {
  static var byteCount: Int { 4 }
  static var bitCount: Int32 { 32 }

  @inline(__always)
  static func load(_ source: UnsafeRawPointer) -> Int32 {
    unsafe Order.swap(read(source, as: Int32.self))
  }

  @inline(__always)
  static func store(_ value: Int32, _ target: UnsafeMutableRawPointer) {
    unsafe write(Order.swap(value), target)
  }
}

enum F32<Order: ByteOrder>: FloatCoding {
  static var byteCount: Int { 4 }

  @inline(__always)
  static func load(_ source: UnsafeRawPointer) -> Float {
    unsafe Float(bitPattern: Order.swap(read(source, as: UInt32.self)))
  }

  @inline(__always)
  static func store(_ value: Float, _ target: UnsafeMutableRawPointer) {
    unsafe write(Order.swap(value.bitPattern), target)
  }
}

enum F64<Order: ByteOrder>: FloatCoding {
  static var byteCount: Int { 8 }

  @inline(__always)
  static func load(_ source: UnsafeRawPointer) -> Double {
    unsafe Double(bitPattern: Order.swap(read(source, as: UInt64.self)))
  }

  @inline(__always)
  static func store(_ value: Double, _ target: UnsafeMutableRawPointer) {
    unsafe write(Order.swap(value.bitPattern), target)
  }
}
