import CVorbisFile

/// The whole pages of an Ogg stream, from front to back, as a library is to see them.
///
/// Streams that are joined must have different numbers, which `cat a.ogg a.ogg` knows nothing of: one
/// that comes again gets another here. And the mark at the end of each is looked for, which a cut
/// one has not. One thread at a time.
@safe final class OggPages {
  private var sync: ogg_sync_state
  /// Of the page that is being handed on: header and body, as far as they are left.
  private var left: [UInt8] = []
  private var given = 0

  /// The numbers of all streams so far, and what those that go on are called.
  private var used: Set<CInt> = []
  private var names: [CInt: CInt] = [:]
  /// Streams that have begun, or were joined, and have not ended.
  private var open: Set<CInt> = []
  private var isAmongFirstPages = true
  /// How many pages each stream has that has no sound yet.
  private var headerPages: [CInt: Int] = [:]
  /// Whether the first page of sound in a stream is missing: libopusfile does not tell.
  private(set) var isMissingFirstSound = false

  init() {
    unsafe sync = ogg_sync_state()
    unsafe ogg_sync_init(&sync)
  }

  deinit { unsafe ogg_sync_clear(&sync) }

  /// What is missing at the end, nil where nothing is.
  var shortage: Damage.Shortage? { open.isEmpty ? nil : .mark("without an end mark") }

  /// Up to as many bytes of the next page as there is room for; 0 where `more` has no further.
  func read(
    into target: UnsafeMutableRawBufferPointer, more: (UnsafeMutableRawBufferPointer) -> Int
  ) -> Int {
    while given == left.count {
      guard unsafe takePage(more) else { return 0 }
    }
    let count = min(target.count, left.count - given)
    unsafe left.withUnsafeBytes { bytes in
      unsafe target.copyMemory(
        from: UnsafeRawBufferPointer(rebasing: bytes[given..<(given + count)]))
    }
    given += count
    return count
  }

  private func takePage(_ more: (UnsafeMutableRawBufferPointer) -> Int) -> Bool {
    var page = unsafe ogg_page()
    while true {
      let found = unsafe ogg_sync_pageout(&sync, &page)
      if found > 0 {
        unsafe note(&page)
        return true
      }
      // Less than nothing: bytes were passed over that are no page.
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
    if isFirst {
      // The first pages of all streams that run side by side stand together.
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
    // A stream of noise could name any number.
    if used.count > Self.mostStreams { used = [] }
    if open.count > Self.mostStreams { open = [name] }
    if headerPages.count > Self.mostStreams { headerPages = [:] }
  }

  /// A few pages that are missing were lost; many were never there, where a stream was joined.
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
  private static let mostStreams = 10_000
  private static let fewPages = 10
}
