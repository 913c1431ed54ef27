import Testing

@testable import PCM

@Suite struct GainTests {
  @Test(arguments: [
    ("0", 1.0), ("-0", 1), ("20", 10), ("+20dB", 10), ("-20", 0.1), ("-20DB", 0.1),
    ("-inf", 0), ("-INFdB", 0), ("6.020599913279624", 2), ("-400", 1e-20),
  ])
  func decibels(_ text: String, _ factor: Double) throws {
    #expect(abs(try Gain(parsing: text).factor - factor) <= factor * 1e-15)
  }

  @Test(arguments: ["", "-", "+", "dB", "loud", "inf", "+inf", "nan", "1e2", "0x1", "--6", "6 dB"])
  func nonsense(_ text: String) {
    let message = "invalid gain '\(text)', try decibels like -6, 3.5 or -inf"
    #expect(throws: GainError(description: message)) { try Gain(parsing: text) }
  }

  @Test func hasAMaximum() throws {
    #expect(try Gain(parsing: "200").factor == 1e10)
    for text in ["200.1", "9999", String(repeating: "9", count: 400)] {
      #expect(throws: GainError(description: "gain '\(text)' is too large, at most 200 dB")) {
        try Gain(parsing: text)
      }
    }
  }

  @Test func unity() throws {
    #expect(Gain.unity.isUnity)
    #expect(try Gain(parsing: "0").isUnity)
    #expect(!Gain(decibels: 0.001).isUnity)
    #expect(Gain(factor: 10).decibels == 20)
    #expect(Gain(factor: 0).decibels == -.infinity)
  }

  @Test func multiplies() {
    var floats = (0..<37).map { Float($0) - 18 }
    let doubled = floats.map { $0 * 2 }
    var span = floats.mutableSpan
    Gain(factor: 2).apply(to: &span)
    #expect(floats == doubled)
    var doubles: [Double] = [1, -0.5, 3]
    var wide = doubles.mutableSpan
    Gain(factor: 0.1).apply(to: &wide)
    #expect(doubles == [1 * 0.1, -0.5 * 0.1, 3 * 0.1])
  }

  @Test func leavesSamplesAloneAtUnity() {
    var floats: [Float] = [.nan, 1]
    let before = bytes(floats)
    var span = floats.mutableSpan
    Gain.unity.apply(to: &span)
    #expect(bytes(floats) == before)
  }

  @Test func multipliesUnalignedBytes() {
    var raw: [UInt8] = [0] + bytes([0.25, -1] as [Float])
    var span = raw.mutableSpan
    var all = unsafe span.mutableBytes
    unsafe all.withUnsafeMutableBytes { buffer in
      var rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[1...]).mutableBytes
      Gain(factor: 4).apply(to: &rest, format: .float32)
    }
    #expect(raw == [0] + bytes([1, -4] as [Float]))
  }
}
