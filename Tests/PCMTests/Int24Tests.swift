import PCM
import Testing

@Suite struct Int24Tests {
  @Test(arguments: [0, 1, -1, 127, 128, -129, 0x1234, -0x12_3456, 0x7F_FFFF, -0x80_0000])
  func keepsItsNumber(_ number: Int) {
    #expect(Int(Int24(number).int32) == number)
    #expect(Int24(clamping: number) == Int24(number))
    #expect(Int24(truncatingIfNeeded: Int32(number)) == Int24(number))
    #expect("\(Int24(number))" == "\(number)")
  }

  @Test func isPackedInTheMachinesOrder() {
    let little: [UInt8] = [0x56, 0x34, 0x12, 0xFE, 0xFF, 0xFF]
    let native = SampleEncoding(.int24) == .s24le ? little : [0x12, 0x34, 0x56, 0xFF, 0xFF, 0xFE]
    #expect(bytes([0x12_3456, -2] as [Int24]) == native)
  }

  @Test func clampsAndTruncates() {
    #expect(Int24(clamping: 0x80_0000) == .max)
    #expect(Int24(clamping: Int.min) == .min)
    #expect(Int24(truncatingIfNeeded: 0x80_0000) == .min)
    #expect(Int24(truncatingIfNeeded: 0x0100_0001) == 1)
  }

  @Test func ordersAsNumbers() {
    #expect(([1, -1, 0x7F_FFFF, -0x80_0000, 0] as [Int24]).sorted() == [.min, -1, 0, 1, .max])
    #expect(Set([1, 1, -1] as [Int24]).count == 2)
  }
}
