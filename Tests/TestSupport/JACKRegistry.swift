import Foundation

/// The shared-memory table in which every jackd of this machine has an entry.
///
/// It has eight entries. When all are taken, jackd gives up with "Too many servers already active".
/// A killed server leaves its entry behind until a server of the same name starts. So this type
/// clears the entries of dead servers as jackd does: under its semaphore, and only if the process
/// is gone. A table that does not look exactly like jackd 1.9's is left alone.
///
/// Beside the table is a database that all servers and clients of a user share. Each killed client
/// leaks some of its locks, and after about 170 every client prints "unable to allocate memory for
/// mutex". A server that exits cleanly removes the database; so do we while no server is alive.
enum JACKRegistry {
  private static let path = "/dev/shm/jack-shm-registry"
  private static let database = "/dev/shm/jack_db-\(getuid())"
  private static let magic: UInt32 = 0x4A41_434B
  private static let headerWords = 24
  private static let serverLine = 4 + 256 + 1 + 3
  private static let semaphoreKey: key_t = 0x282929

  /// Clears the entries of dead servers and removes the memory segments of dead processes, and the
  /// database if no server is alive.
  ///
  /// - Throws: ``ToolFailure`` if the table exists but cannot be opened or locked.
  static func sweep() throws(ToolFailure) {
    #if os(Linux)
      guard unsafe access(path, F_OK) == 0 else { return removeDatabase() }
      let semaphore = semget(semaphoreKey, 0, 0)
      guard semaphore >= 0 else { throw ToolFailure("JACK's semaphore", code: errno) }
      try lock(semaphore, -1)
      defer { try? lock(semaphore, 1) }
      let file = try openFile(path, O_RDWR)
      defer { close(file) }
      var status = stat()
      guard unsafe fstat(file, &status) == 0, status.st_size > headerWords else { return }
      let size = Int(status.st_size)
      guard let memory = unsafe mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0),
        unsafe memory != MAP_FAILED
      else { throw ToolFailure("mapping \(path)", code: errno) }
      defer { unsafe munmap(memory, size) }
      if unsafe clearDead(in: UnsafeMutableRawBufferPointer(start: memory, count: size)) == 0 {
        removeDatabase()
      }
    #endif
  }

  /// Removes the sockets and semaphores of a server that has ended.
  static func removeFiles(ofServer name: String) {
    let user = getuid()
    let prefixes = ["jack_\(name)_\(user)_", "jack_sem.\(user)_\(name)_"]
    for file in (try? FileManager.default.contentsOfDirectory(atPath: "/dev/shm")) ?? []
    where prefixes.contains(where: file.hasPrefix) {
      unsafe unlink("/dev/shm/" + file)
    }
  }

  /// Returns the number of living servers, or at least one if the table is not recognised.
  static func clearDead(in table: UnsafeMutableRawBufferPointer) -> Int {
    func word(_ offset: Int) -> Int {
      unsafe Int(table.load(fromByteOffset: offset, as: UInt32.self))
    }
    let (headerSize, lineSize) = (word(16), word(20))
    guard word(0) == Int(magic), word(12) == table.count, lineSize == 268,
      headerSize == headerWords + 8 * serverLine, (table.count - headerSize) % lineSize == 0
    else { return 1 }

    var livingCount = 0
    for line in stride(from: headerWords, to: headerSize, by: serverLine)
    where word(line) != 0 {
      if isDead(word(line)) {
        unsafe clear(table[line..<line + serverLine])
      } else {
        livingCount += 1
      }
    }
    for line in stride(from: headerSize, to: table.count, by: lineSize)
    where isDead(word(line + 4)) {
      let name = unsafe table[line + 12..<line + lineSize].prefix { $0 != 0 }
      // Segments are named /jack-UID-INDEX; jackd has no others to remove.
      let path = unsafe String(decoding: name, as: UTF8.self)
      if path.hasPrefix("/jack-") { unsafe unlink("/dev/shm" + path) }
      // The line's own index stays.
      unsafe clear(table[line + 4..<line + lineSize])
    }
    return livingCount
  }

  private static func removeDatabase() {
    // Usually there is none. If removal fails, the next server tries again.
    try? FileManager.default.removeItem(atPath: database)
  }

  private static func clear(_ bytes: Slice<UnsafeMutableRawBufferPointer>) {
    var bytes = unsafe bytes
    for index in unsafe bytes.indices { unsafe bytes[index] = 0 }
  }

  private static func isDead(_ pid: Int) -> Bool {
    pid > 0 && kill(pid_t(pid), 0) != 0 && errno == ESRCH
  }

  #if os(Linux)
    private static func lock(_ semaphore: Int32, _ change: Int16) throws(ToolFailure) {
      // The kernel undoes this if the process dies in between. Does not block: the holder may be a
      // server that a test has stopped.
      var operation = sembuf(sem_num: 0, sem_op: change, sem_flg: Int16(SEM_UNDO | IPC_NOWAIT))
      for _ in 0..<2000 {
        if unsafe semop(semaphore, &operation, 1) == 0 { return }
        guard errno == EAGAIN || errno == EINTR else { break }
        usleep(1000)
      }
      throw ToolFailure("JACK's semaphore", code: errno)
    }
  #endif
}
