import Testing

@testable import PCM

@Suite struct KernelFloatTests {
  @Test func powers() {
    #expect(Float.power(0) == 1 && Float.power(-31) == 0x1p-31 && Float.power(31) == 0x1p31)
    #expect(Double.power(0) == 1 && Double.power(-31) == 0x1p-31 && Double.power(31) == 0x1p31)
  }

  @Test(arguments: [8, 16, 22, 24, 32] as [Int32])
  func integersMatchTheLibrary(_ bitCount: Int32) {
    let high = 0x1p31 / Double.power(32 - bitCount) - 1
    for base in [0, 1, 2, 3, 127, 1000, high / 2, high - 2, high - 1, high, high + 1, high * 4] {
      for offset in [0, 0.25, 0.5, 0.75] {
        for value in [base + offset, -base - offset] {
          let expected = Int32(min(max(value.rounded(.toNearestOrEven), -high - 1), high))
          #expect(Double.integer(value, bitCount) == expected)
          let single = Double(Float(value)).rounded(.toNearestOrEven)
          #expect(
            Float.integer(Float(value), bitCount) == Int32(min(max(single, -high - 1), high)))
        }
      }
    }
  }

  @Test func excess() {
    for value in [0, 1, -1, 0x1.fffffep-1] as [Float] {
      #expect(value.excess == 0 && value.wide.excess == 0)
    }
    for value in [0x1.000002p0, -0x1.000002p0, 1e38, .infinity, -.infinity] as [Float] {
      #expect(value.excess == 1 && value.wide.excess == 1)
    }
    #expect(Float.nan.number == 0 && Double.nan.number == 0)
    #expect(Float(3).number == 3)
  }
}
