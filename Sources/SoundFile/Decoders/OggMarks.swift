import CVorbisFile

/// Watches the pages of an Ogg stream go past, for the mark at the end of each stream in it: a cut
/// one has none.
@safe final class OggMarks {
  private var sync: ogg_sync_state
  /// The streams that have begun, or were joined, and have not ended.
  private var open: Set<CInt> = []
  private let cursor: ByteCursor

  /// Watches what a cursor reads from its beginning on.
  init(_ cursor: ByteCursor) {
    unsafe sync = ogg_sync_state()
    self.cursor = cursor
    unsafe ogg_sync_init(&sync)
    unsafe cursor.watch = { [unowned self] bytes, _ in unsafe take(bytes) }
  }

  deinit { unsafe ogg_sync_clear(&sync) }

  /// What is missing at the end, nil where nothing is or somebody went to another place meanwhile.
  var shortage: Damage.Shortage? {
    cursor.isInOrder && !open.isEmpty ? .mark("without an end mark") : nil
  }

  private func take(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count > 0, let base = bytes.baseAddress,
      let room = unsafe ogg_sync_buffer(&sync, bytes.count)
    else { return }
    unsafe UnsafeMutableRawPointer(room).copyMemory(from: base, byteCount: bytes.count)
    unsafe ogg_sync_wrote(&sync, bytes.count)
    var page = unsafe ogg_page()
    while true {
      let found = unsafe ogg_sync_pageout(&sync, &page)
      if found == 0 { return }
      guard found > 0 else { continue }
      let serial = unsafe ogg_page_serialno(&page)
      if unsafe ogg_page_eos(&page) != 0 {
        open.remove(serial)
      } else if open.count < Self.mostStreams {
        open.insert(serial)
      }
    }
  }

  private static let mostStreams = 1000
}
