import Foundation
@testable import TestSupport
import Testing

@Suite struct JACKRegistryTests {
  /// A table as jackd 1.9 lays it out, with these processes in its server lines and, each with a
  /// segment, in its memory lines.
  private static func table(of pids: [Int32], magic: UInt32 = 0x4A41_434B) -> [UInt8] {
    let (headerSize, lineSize, lineCount) = (2136, 268, 256)
    let size = headerSize + lineSize * lineCount
    var words = [UInt32](repeating: 0, count: size / 4)
    words.replaceSubrange(0..<6, with: [magic, 0, 1, UInt32(size), 2136, 268])
    for (index, pid) in pids.enumerated() {
      words[6 + index * 66] = UInt32(bitPattern: pid)
      let line = (headerSize + index * lineSize) / 4
      words[line] = UInt32(index)
      words[line + 1] = UInt32(bitPattern: pid)
      words[line + 2] = 4096
    }
    return bytes(of: words)
  }

  private static func clearDead(in table: inout [UInt8]) -> Int {
    unsafe table.withUnsafeMutableBytes { unsafe JACKRegistry.clearDead(in: $0) }
  }

  /// The number of a process that has come and gone.
  private static func deadProcess() async throws -> Int32 {
    try await withTool(.program("true")) { process in
      try await process.wait()
      return process.processIdentifier
    }
  }

  @Test func onlyTheDeadLoseTheirLines() async throws {
    let dead = try await Self.deadProcess()
    var table = Self.table(of: [dead, getpid(), dead])
    #expect(Self.clearDead(in: &table) == 1)
    let words = values(of: UInt32.self, from: table)
    let living = UInt32(getpid())
    let servers = (0..<8).map { words[6 + $0 * 66] }
    #expect(servers == [0, living, 0, 0, 0, 0, 0, 0])
    let lines = (0..<3).map { Array(words[(534 + $0 * 67)...].prefix(3)) }
    // A memory line keeps its index.
    #expect(lines == [[0, 0, 0], [1, living, 4096], [2, 0, 0]])
  }

  @Test func anUnknownTableIsLeftAlone() async throws {
    let dead = try await Self.deadProcess()
    let table = Self.table(of: [dead], magic: 0x4A41_434C)
    var swept = table
    #expect(Self.clearDead(in: &swept) == 1)
    #expect(swept == table)
  }
}
