import Testing

@testable import SoundDevice

struct LeftoverTests {
  private func taken(_ leftover: inout Leftover, _ count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let got = unsafe bytes.withUnsafeMutableBytes { unsafe leftover.take(into: $0) }
    return Array(bytes.prefix(got))
  }

  @Test func whatIsPutBackComesFirst() {
    var leftover = Leftover()
    #expect(taken(&leftover, 3) == [])
    unsafe [4, 5, 6].map(UInt8.init).withUnsafeBytes { unsafe leftover.putBack($0) }
    unsafe [1, 2, 3].map(UInt8.init).withUnsafeBytes { unsafe leftover.putBack($0) }
    #expect(leftover.byteCount == 6)
    #expect(taken(&leftover, 4) == [1, 2, 3, 4])
    #expect(taken(&leftover, 4) == [5, 6] && leftover.byteCount == 0)
  }

  @Test func itCanBeDropped() {
    var leftover = Leftover()
    unsafe [UInt8](repeating: 1, count: 8).withUnsafeBytes { unsafe leftover.putBack($0) }
    leftover.discard()
    #expect(leftover.byteCount == 0 && taken(&leftover, 8) == [])
  }
}
