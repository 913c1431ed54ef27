internal import PCM
internal import SoundFile

/// Holds back the first frames of raw data until ``RawGuard`` has judged them: before anything is
/// played, and before an output is created or truncated. One thread at a time.
///
/// A file is examined as far as necessary. A pipe is examined read by read, because live input must
/// not be delayed.
final class RawExaminer {
  private let name: String
  private let option: String
  private var judge = RawGuard()
  private let block = Scratch()
  /// Frames of the block that have been judged but not read yet.
  private var held = 0..<0

  /// The maximum number of leading zeros in a file to examine.
  private static let longestLook = 16 << 20

  /// - Parameters:
  ///   - name: The input's name in messages.
  ///   - option: The option that states the encoding.
  init(name: String, option: String) {
    self.name = name
    self.option = option
  }

  /// Whether frames can be read without reading the file.
  var hasFrames: Bool { !held.isEmpty }

  /// Examines the start of the input.
  ///
  /// - Throws: A usage error if it is not f32le, or the failure.
  func begin(_ source: AudioSource) throws(ToolError) {
    var looked = 0
    let width = source.format.bytesPerFrame
    repeat {
      let count = try fill(source)
      looked += count * width
      if !source.isRepeatable {
        held = 0..<count
        return
      }
      if count == 0 { break }
    } while !judge.isSatisfied && looked < Self.longestLook
    try source.rewind()
  }

  /// Implements ``AudioSource/read(into:capacity:)``: returns the frames held back, then those of
  /// the file, judged until the verdict is certain.
  func read(
    _ source: AudioSource, into span: inout MutableRawSpan, capacity: Int
  ) throws(ToolError) -> Int {
    let width = source.format.bytesPerFrame
    guard held.isEmpty else {
      let count = min(capacity, held.count)
      let start = held.lowerBound * width
      block.withBytes(held.upperBound * width) { frames in
        let part = frames.extracting(start..<start + count * width)
        unsafe part.withUnsafeBytes { from in
          unsafe span.withUnsafeMutableBytes { to in unsafe to.copyMemory(from: from) }
        }
      }
      held = held.lowerBound + count..<held.upperBound
      return count
    }
    let count = try source.readFile(into: &span, capacity: capacity)
    guard !judge.isSatisfied else { return count }
    try look(at: span.bytes.extracting(first: count * width), isLast: count == 0)
    return count
  }

  /// Skips frames that are held back; returns how many.
  func skip(_ count: Int) -> Int {
    let skipped = min(count, held.count)
    held = held.lowerBound + skipped..<held.upperBound
    return skipped
  }

  private func fill(_ source: AudioSource) throws(ToolError) -> Int {
    let width = source.format.bytesPerFrame
    let capacity = max(1, 4 * RawGuard.sampleLimit / width)
    let count = try block.withMutableBytes(capacity * width) { bytes throws(ToolError) in
      try source.readFile(into: &bytes, capacity: capacity)
    }
    try block.withBytes(count * width) { frames throws(ToolError) in
      try look(at: frames, isLast: count == 0)
    }
    return count
  }

  private func look(at frames: RawSpan, isLast: Bool) throws(ToolError) {
    guard !judge.accepts(frames, isLast: isLast) else { return }
    let likeness = judge.likeness.map { " (looks like \($0))" } ?? ""
    throw .usage(name, "not f32le\(likeness): say \(option), or send a header (-t au)")
  }
}
