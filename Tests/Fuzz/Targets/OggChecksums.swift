/// Makes the checksums of Ogg pages right, without which libogg drops every page that was changed
/// and the codec's library never sees the change.
enum OggChecksums {
  static func mend(_ bytes: inout [UInt8]) {
    var start = 0
    while start + 27 <= bytes.count {
      guard bytes[start...].starts(with: "OggS".utf8) else {
        start += 1
        continue
      }
      let body = start + 27 + Int(bytes[start + 26])
      guard body <= bytes.count else { return }
      let end = body + bytes[(start + 27)..<body].reduce(0) { $0 + Int($1) }
      guard end <= bytes.count else { return }
      for place in 22..<26 { bytes[start + place] = 0 }
      let sum = checksum(bytes[start..<end])
      for place in 0..<4 {
        bytes[start + 22 + place] = UInt8(truncatingIfNeeded: sum >> (8 * UInt32(place)))
      }
      start = end
    }
  }

  /// CRC-32 with Ogg's polynomial, from 0 and not reflected.
  private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    bytes.reduce(0) { sum, byte in table[Int(UInt8(sum >> 24) ^ byte)] ^ sum << 8 }
  }

  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index) << 24) { sum, _ in
      sum & 0x8000_0000 != 0 ? sum << 1 ^ 0x04C1_1DB7 : sum << 1
    }
  }
}
