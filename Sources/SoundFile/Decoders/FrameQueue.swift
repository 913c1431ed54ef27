/// A decoder's output until it is read: interleaved frames, and the events between them.
@safe final class FrameQueue {
  enum Item {
    /// Frames, and the position of the first one in the stream, if known.
    case frames(count: Int, position: Int?)
    /// Data before the next item could not be decoded.
    case damage(reason: String)
    /// The next frames have another format, and their own decoder.
    case change(to: any FrameDecoder)
    /// The end. `shortage` is what is missing, if the frames alone do not reveal it.
    case end(shortage: Damage.Shortage?, hasWrongChecksum: Bool)
  }

  let bytesPerFrame: Int
  private var items: [Item] = []
  private var firstItem = 0
  /// The start of each item's frames.
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

  /// The items in the queue, in order.
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

  /// Appends frames, which `fill` writes to the given memory, aligned for any sample.
  func append(
    frames count: Int, position: Int?, filling fill: (UnsafeMutableRawPointer) -> Void
  ) {
    let byteCount = count * bytesPerFrame
    guard byteCount > 0 else { return }
    // Samples are aligned to multiples of their size.
    let start = (usedByteCount + 15) & ~15
    makeRoom(start + byteCount)
    if let base = unsafe storage.baseAddress { unsafe fill(base + start) }
    starts.append(start)
    usedByteCount = start + byteCount
    items.append(.frames(count: count, position: position))
  }

  /// Moves frames of the first item to `target` and returns how many.
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
