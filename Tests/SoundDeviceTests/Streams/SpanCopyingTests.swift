import Testing

@testable import SoundDevice

struct SpanCopyingTests {
  @Test func asManyAsBothHave() {
    var target = [1, 2, 3]
    var span = target.mutableSpan
    span.copy(from: [7, 8].span)
    span.copy(from: [9, 9, 9, 9].span.extracting(0..<1))
    #expect(target == [9, 8, 3])
    var bytes: [UInt8] = [1, 2]
    var short = bytes.mutableSpan
    var raw = unsafe short.mutableBytes
    unsafe raw.copy(from: ([5, 6, 7] as [UInt8]).span.bytes)
    #expect(bytes == [5, 6])
  }
}
