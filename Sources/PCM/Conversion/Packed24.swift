/// Converts between three-byte samples and 32-bit words.
///
/// Common vector units cannot load or store three bytes, so samples go in fours: twelve bytes are
/// read as four overlapping words, and written as eight bytes and four.
enum Packed24<Order: ByteOrder> {
  /// Unpacks `count` samples into signed words.
  @inline(never)
  static func unpack(_ source: UnsafeRawPointer, into words: UnsafeMutableRawPointer, _ count: Int)
  {
    var i = 0
    while i &+ 4 <= count {
      let bytes = unsafe source + 3 &* i
      let target = unsafe words + 4 &* i
      unsafe target.storeBytes(of: front(word(bytes)), as: Int32.self)
      unsafe target.storeBytes(of: front(word(bytes + 3)), toByteOffset: 4, as: Int32.self)
      unsafe target.storeBytes(of: front(word(bytes + 6)), toByteOffset: 8, as: Int32.self)
      unsafe target.storeBytes(of: back(word(bytes + 8)), toByteOffset: 12, as: Int32.self)
      i &+= 4
    }
    while i < count {
      let bytes = unsafe source + 3 &* i
      let head = unsafe UInt32(Order.swap(bytes.loadUnaligned(as: UInt16.self)))
      let last = unsafe UInt32(bytes.load(fromByteOffset: 2, as: UInt8.self))
      let bits = isLittle ? last &<< 24 | head &<< 8 : head &<< 16 | last &<< 8
      unsafe words.storeBytes(
        of: Int32(bitPattern: bits) &>> 8, toByteOffset: 4 &* i, as: Int32.self)
      i &+= 1
    }
  }

  /// Packs the low three bytes of `count` words.
  @inline(never)
  static func pack(_ words: UnsafeRawPointer, into target: UnsafeMutableRawPointer, _ count: Int) {
    var i = 0
    while i &+ 4 <= count {
      let source = unsafe words + 4 &* i
      let a = unsafe UInt64(source.load(as: UInt32.self) & 0xFF_FFFF)
      let b = unsafe UInt64(source.load(fromByteOffset: 4, as: UInt32.self) & 0xFF_FFFF)
      let c = unsafe source.load(fromByteOffset: 8, as: UInt32.self) & 0xFF_FFFF
      let d = unsafe source.load(fromByteOffset: 12, as: UInt32.self) & 0xFF_FFFF
      let first =
        isLittle ? a | b &<< 24 | UInt64(c) &<< 48 : a &<< 40 | b &<< 16 | UInt64(c) &>> 8
      let second = isLittle ? c &>> 16 | d &<< 8 : c &<< 24 | d
      let bytes = unsafe target + 3 &* i
      unsafe bytes.storeBytes(of: Order.swap(first), as: UInt64.self)
      unsafe bytes.storeBytes(of: Order.swap(second), toByteOffset: 8, as: UInt32.self)
      i &+= 4
    }
    while i < count {
      let value = unsafe words.load(fromByteOffset: 4 &* i, as: UInt32.self)
      let head = UInt16(truncatingIfNeeded: isLittle ? value : value &>> 8)
      let last = UInt8(truncatingIfNeeded: isLittle ? value &>> 16 : value)
      let bytes = unsafe target + 3 &* i
      unsafe bytes.storeBytes(of: Order.swap(head), as: UInt16.self)
      unsafe bytes.storeBytes(of: last, toByteOffset: 2, as: UInt8.self)
      i &+= 1
    }
  }

  @inline(__always)
  private static var isLittle: Bool { Order.self == Little.self }

  @inline(__always)
  private static func word(_ source: UnsafeRawPointer) -> UInt32 {
    unsafe Order.swap(source.loadUnaligned(as: UInt32.self))
  }

  /// The sample in the first three of four bytes.
  @inline(__always)
  private static func front(_ word: UInt32) -> Int32 {
    Int32(bitPattern: isLittle ? word &<< 8 : word) &>> 8
  }

  /// The sample in the last three of four bytes.
  @inline(__always)
  private static func back(_ word: UInt32) -> Int32 {
    Int32(bitPattern: isLittle ? word : word &<< 8) &>> 8
  }
}
