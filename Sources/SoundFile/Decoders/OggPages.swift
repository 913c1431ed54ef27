import COgg

/// The whole pages of an Ogg stream, in order, as a library should see them.
///
/// Chained streams must have different serial numbers, which `cat a.ogg a.ogg` ignores: a repeated
/// number is replaced here. This also looks for each stream's end mark, which a truncated one
/// lacks. One thread at a time.
@safe final class OggPages {
  private var sync: ogg_sync_state
  private let stopsAtEachStream: Bool
  /// Whether the current page starts the next stream of a chain, and is held back.
  private var isHeld = false
  /// The rest of the current page: header and body.
  private var left: [UInt8] = []
  private var given = 0

  /// The serial numbers of all streams so far, and the replacements of the current ones.
  private var used: Set<CInt> = []
  private var names: [CInt: CInt] = [:]
  /// Streams that have started, or were joined, and have not ended.
  private var open: Set<CInt> = []
  private var isAmongFirstPages = true
  /// The number of pages in each stream without sound so far.
  private var headerPages: [CInt: Int] = [:]
  /// Whether a stream's first page of sound is missing, which libopusfile does not report.
  private(set) var isMissingFirstSound = false

  /// - Parameter stopsAtEachStream: Whether reading ends before each stream that follows in a
  ///   chain, until `beginNextStream`.
  init(stopsAtEachStream: Bool = false) {
    self.stopsAtEachStream = stopsAtEachStream
    unsafe sync = ogg_sync_state()
    unsafe ogg_sync_init(&sync)
  }

  deinit { unsafe ogg_sync_clear(&sync) }

  /// The shortage at the end, or nil.
  var shortage: Damage.Shortage? { open.isEmpty ? nil : .mark("without an end mark") }

  /// Returns bytes of the next page, as many as fit; 0 if `more` has none.
  func read(
    into target: UnsafeMutableRawBufferPointer, more: (UnsafeMutableRawBufferPointer) -> Int
  ) -> Int {
    while given == left.count || isHeld {
      guard !isHeld, unsafe takePage(more) else { return 0 }
    }
    let count = min(target.count, left.count - given)
    unsafe left.withUnsafeBytes { bytes in
      unsafe target.copyMemory(
        from: UnsafeRawBufferPointer(rebasing: bytes[given..<(given + count)]))
    }
    given += count
    return count
  }

  /// Skips the rest of a stream; false if none follows.
  func beginNextStream(more: (UnsafeMutableRawBufferPointer) -> Int) -> Bool {
    while !isHeld {
      guard unsafe takePage(more) else { return false }
    }
    isHeld = false
    return true
  }

  private func takePage(_ more: (UnsafeMutableRawBufferPointer) -> Int) -> Bool {
    var page = unsafe ogg_page()
    while true {
      let found = unsafe ogg_sync_pageout(&sync, &page)
      if found > 0 {
        unsafe note(&page)
        return true
      }
      // Negative: bytes were skipped that are not a page.
      guard found == 0 else { continue }
      guard let room = unsafe ogg_sync_buffer(&sync, CLong(Self.blockSize)) else { return false }
      let count = unsafe more(
        UnsafeMutableRawBufferPointer(start: room, count: Self.blockSize))
      guard count > 0 else { return false }
      unsafe ogg_sync_wrote(&sync, CLong(count))
    }
  }

  private func note(_ page: inout ogg_page) {
    let serial = unsafe ogg_page_serialno(&page)
    let isFirst = unsafe ogg_page_bos(&page) != 0
    isHeld = stopsAtEachStream && isFirst && !isAmongFirstPages
    if isFirst {
      // The first pages of all concurrent streams come together.
      if !isAmongFirstPages { names = [:] }
      names[serial] = unusedName(serial)
    }
    isAmongFirstPages = isFirst
    let name = names[serial] ?? serial
    unsafe noteFirstSound(page, of: name, isFirst: isFirst)
    used.insert(name)
    if unsafe ogg_page_eos(&page) != 0 { open.remove(name) } else { open.insert(name) }
    if name != serial {
      for byte in 0..<4 {
        unsafe page.header[14 + byte] = UInt8(truncatingIfNeeded: name >> (8 * CInt(byte)))
      }
      unsafe ogg_page_checksum_set(&page)
    }
    left.removeAll(keepingCapacity: true)
    given = 0
    unsafe left.append(
      contentsOf: UnsafeBufferPointer(start: page.header, count: Int(page.header_len)))
    unsafe left.append(contentsOf: UnsafeBufferPointer(start: page.body, count: Int(page.body_len)))
    // A stream of noise could have any numbers.
    if used.count > Self.maxStreamCount { used = [] }
    if open.count > Self.maxStreamCount { open = [name] }
    if headerPages.count > Self.maxStreamCount { headerPages = [:] }
  }

  /// A few missing pages were lost; many were never there, because a stream was joined.
  private func noteFirstSound(_ page: ogg_page, of name: CInt, isFirst: Bool) {
    if isFirst { headerPages[name] = 0 }
    guard let count = headerPages[name] else { return }
    var page = unsafe page
    let number = Int(unsafe ogg_page_pageno(&page))
    if unsafe ogg_page_granulepos(&page) == 0 {
      headerPages[name] = number + 1
    } else {
      headerPages[name] = nil
      if (count + 1...count + Self.fewPages).contains(number) { isMissingFirstSound = true }
    }
  }

  private func unusedName(_ serial: CInt) -> CInt {
    var name = serial
    while used.contains(name) { name &+= 1 }
    return name
  }

  private static let blockSize = 4096
  private static let maxStreamCount = 10_000
  private static let fewPages = 10
}
