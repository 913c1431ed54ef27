import Testing

@testable import PCM

@Suite struct Packed24Tests {
  private func check<Order: ByteOrder>(_: Order.Type, _ first: [UInt8]) {
    for count in 0..<14 {
      let numbers = (0..<count).map { Int32(0x12_3456) - Int32($0) * 0x07_1111 }
      var packed = [UInt8](repeating: 0xAA, count: 3 * count + 2)
      var words = [Int32](repeating: -1, count: count + 1)
      unsafe numbers.withUnsafeBytes { source in
        unsafe packed.withUnsafeMutableBytes { target in
          guard let from = source.baseAddress, let to = target.baseAddress else { return }
          unsafe Packed24<Order>.pack(from, into: to, count)
        }
      }
      unsafe packed.withUnsafeBytes { source in
        unsafe words.withUnsafeMutableBytes { target in
          guard let from = source.baseAddress, let to = target.baseAddress else { return }
          unsafe Packed24<Order>.unpack(from, into: to, count)
        }
      }
      #expect(words == numbers + [-1])
      #expect(packed.suffix(2) == [0xAA, 0xAA])
      if count > 0 { #expect(packed.prefix(3).elementsEqual(first)) }
    }
  }

  @Test func packsAndUnpacks() {
    check(Little.self, [0x56, 0x34, 0x12])
    check(Big.self, [0x12, 0x34, 0x56])
  }
}
