import Testing

/// Bytes that a failing test does not print one by one.
struct Sound: Hashable, CustomTestStringConvertible {
  let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var testDescription: String { "\(bytes.count) bytes beginning \(bytes.prefix(16))" }
}
