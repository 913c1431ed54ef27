internal import PCM
internal import SoundFile

/// Decodes an input to its end and reports whether it is intact, for `--check`.
public enum SoundCheck {
  /// The line for one input, and whether it is good.
  ///
  ///     take.flac: good, 132300 frames
  ///     take.wav: bad, ends early: 61440 of 132300 frames
  ///
  /// - Throws: `stopped` when a signal asked the program to stop.
  public static func line(
    _ name: String, _ source: Result<AudioSource, ToolError>
  ) throws(ToolError) -> (text: String, isGood: Bool) {
    do {
      let (frameCount, complaints) = try read(source.get())
      let isGood = complaints.isEmpty
      let words = isGood ? counted(frameCount, "frame") : complaints.joined(separator: "; ")
      return ("\(name): \(isGood ? "good" : "bad"), \(words)", isGood)
    } catch {
      guard error.kind != .stopped else { throw error }
      // Both start with the name.
      let prefix = "\(name): "
      let words =
        error.message.hasPrefix(prefix) ? error.message.dropFirst(prefix.count) : error.message[...]
      return ("\(name): bad, \(words)", false)
    }
  }

  private static func read(
    _ first: AudioSource
  ) throws(ToolError) -> (frameCount: Int, complaints: [String]) {
    var current: AudioSource? = first
    var frameCount = 0
    var complaints: [String] = []
    let block = Scratch()
    while let source = current {
      source.damage.isKept = true
      let capacity = max(1, (1 << 17) / source.format.bytesPerFrame)
      while true {
        let count = try block.withMutableBytes(capacity * source.format.bytesPerFrame) {
          bytes throws(ToolError) in try source.read(into: &bytes, capacity: capacity)
        }
        if count == 0 { break }
        frameCount += count
      }
      complaints = source.damage.kept
      current = source.continuation()
    }
    return (frameCount, complaints)
  }
}
