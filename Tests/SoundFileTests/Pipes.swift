import Foundation
import Synchronization

@testable import SoundFile

/// Both ends of a new pipe; a write to one without a reader is an error, not a signal.
func makePipe() -> (reading: Int32, writing: Int32) {
  _ = signal(SIGPIPE, SIG_IGN)
  var ends: [Int32] = [0, 0]
  let status = unsafe ends.withUnsafeMutableBufferPointer { unsafe pipe($0.baseAddress) }
  precondition(status == 0, "no pipe")
  return (ends[0], ends[1])
}

/// A pipe with a thread that writes at its other end.
final class PipeFeeder: Sendable {
  let reading: Int32
  private let isOpen = Mutex(true)
  private let written = Mutex(0)
  private let ended = DispatchSemaphore(value: 0)

  /// Writes `bytes`, the first `singles` one by one and the rest in pieces, `times` over; closes.
  init(_ bytes: [UInt8], singles: Int = 0, piece: Int = 1 << 16, times: Int = 1) {
    let (reading, writing) = makePipe()
    self.reading = reading
    Thread.detachNewThread { [self] in
      unsafe bytes.withUnsafeBytes { bytes in
        loop: for _ in 0..<times {
          var index = 0
          while index < bytes.count {
            let size = index < singles ? 1 : min(piece, bytes.count - index)
            let count = unsafe write(writing, bytes.baseAddress.map { unsafe $0 + index }, size)
            if count <= 0 { break loop }
            index += count
            written.withLock { $0 += count }
          }
        }
      }
      close(writing)
      ended.signal()
    }
  }

  /// Stops reading, waits for the writer and returns how much it has written.
  func finish() -> Int {
    closeReading()
    // A writer that hangs is a failure too, and must not hang the tests.
    guard ended.wait(timeout: .now() + 20) == .success else { return -1 }
    ended.signal()
    return written.withLock { $0 }
  }

  deinit { closeReading() }

  private func closeReading() {
    isOpen.withLock { isOpen in
      if isOpen { close(reading) }
      isOpen = false
    }
  }
}

/// A pipe with a thread that reads everything from its other end.
final class PipeCollector: Sendable {
  let writing: Int32
  private let bytes = Mutex<[UInt8]>([])
  private let ended = DispatchSemaphore(value: 0)

  init() {
    let (reading, writing) = makePipe()
    self.writing = writing
    Thread.detachNewThread { [self] in
      var room = [UInt8](repeating: 0, count: 1 << 16)
      while true {
        let count = unsafe room.withUnsafeMutableBytes {
          unsafe read(reading, $0.baseAddress, $0.count)
        }
        if count <= 0 { break }
        bytes.withLock { $0 += room[..<count] }
      }
      close(reading)
      ended.signal()
    }
  }

  /// Closes the writing end and returns everything.
  func finish() -> [UInt8] {
    close(writing)
    ended.wait()
    ended.signal()
    return bytes.withLock { $0 }
  }
}

extension AudioFile {
  /// Opens a copy of the reading end of a feeder.
  convenience init(
    _ feeder: PipeFeeder, type: AudioFileType? = nil, raw: RawDescription = RawDescription()
  ) throws(AudioFileError) {
    try self.init(descriptor: dup(feeder.reading), closing: true, type: type, raw: raw)
  }
}

func contents(of path: String) throws -> [UInt8] {
  [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
}

func save(_ bytes: [UInt8], to path: String) throws {
  try Data(bytes).write(to: URL(fileURLWithPath: path))
}

/// Makes a file longer by a hole.
func lengthen(_ path: String, to byteCount: Int) throws {
  guard unsafe truncate(path, off_t(byteCount)) == 0 else {
    throw POSIXError(.init(rawValue: errno) ?? .EIO)
  }
}
