internal import SoundTool

/// Memory for frames whose turn comes later, with the gaps between them: first in, first out. Its
/// size is fixed, and nothing is allocated per block.
final class PreRoll {
  private enum Item {
    case frames(Int)
    /// The part of a gap that has not been returned, and the time until its end.
    case gap(LineGap, left: Int)
  }

  private let format: StreamFormat
  private let capacity: Int
  private let memory = Scratch()
  private var items: [Item] = []
  private var start = 0
  private var frameCount = 0
  /// Frames and gaps, in frames.
  private var duration = 0
  /// The capture time of the end.
  private var endTime: Double?

  /// - Parameter frameCount: The number of frames to hold.
  init(_ format: StreamFormat, frameCount: Int) {
    self.format = format
    capacity = frameCount
    items.reserveCapacity(64)
    memory.withMutableBytes(frameCount * format.bytesPerFrame) { _ in }
  }

  /// Frames that still fit.
  var room: Int { capacity - frameCount }

  /// The capture time of the oldest frame.
  var captured: Double? { endTime.map { $0 - Double(duration) / format.rate } }

  /// Appends frames, for which there is room.
  func append(_ frames: Frames) {
    precondition(frames.count <= room, "there is room for the frames")
    let end = (start + frameCount) % capacity
    copy(frames.prefix(capacity - end), to: end)
    copy(frames.dropFirst(capacity - end), to: 0)
    frameCount += frames.count
    duration += frames.count
    endTime = frames.captured.map { $0 + Double(frames.count) / format.rate }
    if case .frames(let count) = items.last {
      items[items.count - 1] = .frames(count + frames.count)
    } else {
      items.append(.frames(frames.count))
    }
  }

  /// Appends a gap; it takes as long as its frames would.
  func append(_ gap: LineGap) {
    guard gap.frameCount > 0 else { return }
    items.append(.gap(gap, left: gap.frameCount))
    duration += gap.frameCount
    endTime = endTime.map { $0 + Double(gap.frameCount) / format.rate }
  }

  /// The oldest part, at most this long, which must not be 0.
  enum Part {
    /// Valid until the next append.
    case frames(Frames)
    case gap(LineGap)
    /// Time of a gap that was returned before.
    case time
  }

  /// Removes the oldest part.
  ///
  /// - Parameter splitsGaps: Whether a gap that is longer than `limit` is returned in parts.
  ///   Otherwise it is returned whole, and its time follows.
  func take(_ limit: Int, splitsGaps: Bool) -> (part: Part, duration: Int) {
    guard let item = items.first else { return (.time, limit) }
    switch item {
    case .frames(let whole):
      // Those that wrap around come in two parts.
      let count = min(limit, whole, capacity - start)
      let frames = Frames(
        block: memory, range: start..<start + count, bytesPerFrame: format.bytesPerFrame,
        rate: format.rate, captured: captured)
      removeFirst(count, leaving: count == whole ? nil : .frames(whole - count))
      start = (start + count) % capacity
      frameCount -= count
      return (.frames(frames), count)
    case .gap(var gap, let left):
      let isReturned = gap.frameCount == 0
      let count = min(limit, left)
      var rest = gap
      rest.frameCount = splitsGaps && !isReturned ? left - count : 0
      if splitsGaps { gap.frameCount = count }
      removeFirst(count, leaving: count == left ? nil : .gap(rest, left: left - count))
      return (isReturned ? .time : .gap(gap), count)
    }
  }

  private func removeFirst(_ count: Int, leaving rest: Item?) {
    duration -= count
    if let rest { items[0] = rest } else { items.removeFirst() }
  }

  private func copy(_ frames: Frames, to index: Int) {
    guard frames.count > 0 else { return }
    let offset = index * format.bytesPerFrame
    memory.withMutableBytes(capacity * format.bytesPerFrame) { target in
      frames.withBytes { bytes in
        var part = target._mutatingExtracting(offset..<offset + bytes.byteCount)
        unsafe part.withUnsafeMutableBytes { part in
          unsafe bytes.withUnsafeBytes { unsafe part.copyMemory(from: $0) }
        }
      }
    }
  }
}
