/// What a decoder has made and no read has taken: interleaved frames, and what happened between
/// them.
@safe final class FrameQueue {
  enum Item {
    /// So many frames; where the first of them stands in the stream, if that is known.
    case frames(count: Int, position: Int?)
    /// Something could not be decoded before what follows.
    case damage(reason: String)
    /// What follows has another format, and its own decoder.
    case change(to: any FrameDecoder)
    /// Nothing follows. `shortage` says what is missing that frames alone do not tell.
    case end(shortage: Damage.Shortage?, hasWrongChecksum: Bool)
  }

  let bytesPerFrame: Int
  private var items: [Item] = []
  private var firstItem = 0
  /// Where the frames of each item that has some begin.
  private var starts: [Int] = []
  private var usedByteCount = 0
  private var storage: UnsafeMutableRawBufferPointer

  init(bytesPerFrame: Int) {
    self.bytesPerFrame = bytesPerFrame
    unsafe storage = .allocate(byteCount: 1 << 16, alignment: 16)
  }

  deinit { unsafe storage.deallocate() }

  var isEmpty: Bool { firstItem == items.count }
  var first: Item? { firstItem < items.count ? items[firstItem] : nil }

  /// The items that wait, in order.
  var waiting: ArraySlice<Item> { items[firstItem...] }

  func removeFirst() {
    firstItem += 1
    if firstItem == items.count { removeAll() }
  }

  func removeAll() {
    items.removeAll(keepingCapacity: true)
    firstItem = 0
    starts.removeAll(keepingCapacity: true)
    usedByteCount = 0
  }

  func append(_ item: Item) { items.append(item) }

  /// Appends frames that `fill` writes into the room it is given, aligned for any sample.
  func append(
    frames count: Int, position: Int?, filling fill: (UnsafeMutableRawPointer) -> Void
  ) {
    let byteCount = count * bytesPerFrame
    guard byteCount > 0 else { return }
    // Samples stand on addresses that are multiples of their size.
    let start = (usedByteCount + 15) & ~15
    makeRoom(start + byteCount)
    if let base = unsafe storage.baseAddress { unsafe fill(base + start) }
    starts.append(start)
    usedByteCount = start + byteCount
    items.append(.frames(count: count, position: position))
  }

  /// Moves frames from the first item into `target` and returns how many.
  func take(into target: UnsafeMutableRawBufferPointer) -> Int {
    guard case .frames(let count, let position) = first, let start = starts.first else { return 0 }
    let moved = min(count, target.count / bytesPerFrame)
    let byteCount = moved * bytesPerFrame
    unsafe target.copyMemory(
      from: UnsafeRawBufferPointer(rebasing: storage[start..<(start + byteCount)]))
    drop(moved, of: count, position, start)
    return moved
  }

  /// Drops frames of the first item and returns how many.
  func skip(_ frames: Int) -> Int {
    guard case .frames(let count, let position) = first, let start = starts.first else { return 0 }
    let skipped = min(count, frames)
    drop(skipped, of: count, position, start)
    return skipped
  }

  private func drop(_ frames: Int, of count: Int, _ position: Int?, _ start: Int) {
    if frames == count {
      starts.removeFirst()
      removeFirst()
    } else {
      starts[0] = start + frames * bytesPerFrame
      items[firstItem] = .frames(count: count - frames, position: position.map { $0 + frames })
    }
  }

  private func makeRoom(_ byteCount: Int) {
    guard unsafe storage.count < byteCount else { return }
    let larger = unsafe UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(byteCount, 2 * storage.count), alignment: 16)
    unsafe larger.copyMemory(from: UnsafeRawBufferPointer(storage))
    unsafe storage.deallocate()
    unsafe storage = larger
  }
}
