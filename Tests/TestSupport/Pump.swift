import Foundation
import Synchronization

/// Moves bytes between a child's descriptors and memory, on one thread, until the child has ended.
///
/// The child is reaped last, so its process id cannot be reused and no signal reaches a stranger.
final class Pump: Sendable {
  struct Stream {
    var descriptor: Int32
    var bytes: [UInt8] = []
    /// The maximum number of bytes held; a child that writes more must wait.
    var limit: Int
    var hasEnded = false
  }

  struct State {
    /// Keyed by the child's descriptor; ``Pump/terminalKey`` is the terminal.
    var streams: [Int32: Stream] = [:]
    /// The write end of the child's standard input, while it is open.
    var input: Int32?
    var toWrite: [UInt8] = []
    /// Bytes of ``toWrite`` already in the pipe.
    var writtenCount = 0
    var endsInputWhenWritten = false
    var inputIsBroken = false
    var toType: [UInt8] = []
    var status: ExitStatus?
    var mustEnd = false
    var isOver = false
  }

  static let terminalKey: Int32 = -1

  let pid: pid_t
  let state: Mutex<State>

  init(pid: pid_t, state: consuming State) {
    self.pid = pid
    self.state = Mutex(state)
  }

  func start() {
    let thread = Thread { self.run() }
    thread.name = "pump of \(pid)"
    thread.start()
  }

  private func run() {
    // Keeps SIGPIPE and signals meant for the tests off this thread.
    var all = sigset_t()
    unsafe sigfillset(&all)
    unsafe pthread_sigmask(SIG_BLOCK, &all, nil)
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while !state.withLock({ $0.mustEnd }) {
      moveBytes(through: &buffer)
      noteEnd()
    }
    // The leader is not reaped yet, so the group still has its id.
    kill(-pid, SIGKILL)
    kill(pid, SIGKILL)
    while state.withLock({ $0.status }) == nil {
      noteEnd()
      usleep(1000)
    }
    moveBytes(through: &buffer)
    closeAll()
    reap()
  }

  private func moveBytes(through buffer: inout [UInt8]) {
    var keys: [Int32?] = []
    var polled: [pollfd] = []
    state.withLock { state in
      for (key, stream) in state.streams where !stream.hasEnded {
        let typing = key == Pump.terminalKey && !state.toType.isEmpty
        let reading = stream.bytes.count < stream.limit
        guard reading || typing else { continue }
        let events = (reading ? POLLIN : 0) | (typing ? POLLOUT : 0)
        polled.append(pollfd(fd: stream.descriptor, events: Int16(events), revents: 0))
        keys.append(key)
      }
      if let input = state.input {
        if state.toWrite.isEmpty, state.endsInputWhenWritten || state.inputIsBroken {
          close(input)
          state.input = nil
        } else if !state.toWrite.isEmpty {
          polled.append(pollfd(fd: input, events: Int16(POLLOUT), revents: 0))
          keys.append(nil)
        }
      }
    }
    // The timeout bounds how late a new request or the child's end is noticed.
    guard unsafe poll(&polled, nfds_t(polled.count), 4) > 0 else { return }
    for (key, entry) in zip(keys, polled) where entry.revents != 0 {
      if let key {
        if Int32(entry.revents) & POLLOUT != 0 { typeOnTerminal(entry.fd) }
        if Int32(entry.revents) & ~POLLOUT != 0 { read(key, entry.fd, &buffer) }
      } else {
        feed(entry.fd)
      }
    }
  }

  private func read(_ key: Int32, _ descriptor: Int32, _ buffer: inout [UInt8]) {
    let room = state.withLock { state in
      state.streams[key].map { $0.limit - $0.bytes.count } ?? 0
    }
    guard room > 0 else { return }
    let count = unsafe Foundation.read(descriptor, &buffer, min(room, buffer.count))
    if count < 0, errno == EINTR || errno == EAGAIN { return }
    state.withLock { state in
      if count > 0 {
        state.streams[key]?.bytes += buffer[..<count]
      } else {
        // A terminal that its last user has closed answers EIO rather than 0.
        state.streams[key]?.hasEnded = true
      }
    }
  }

  private func feed(_ descriptor: Int32) {
    let bytes = state.withLock { Array($0.toWrite[$0.writtenCount...].prefix(1 << 16)) }
    let count = unsafe write(descriptor, bytes, bytes.count)
    let code = errno
    state.withLock { state in
      if count > 0 {
        state.writtenCount += count
      } else if code != EAGAIN, code != EINTR {
        state.inputIsBroken = true
      }
      if state.inputIsBroken || state.writtenCount == state.toWrite.count {
        state.toWrite = []
        state.writtenCount = 0
      }
    }
  }

  private func typeOnTerminal(_ descriptor: Int32) {
    let bytes = state.withLock { $0.toType }
    let count = unsafe write(descriptor, bytes, bytes.count)
    if count > 0 { state.withLock { $0.toType.removeFirst(count) } }
  }

  private func noteEnd() {
    guard state.withLock({ $0.status }) == nil else { return }
    var info = unsafe siginfo_t()
    let result = unsafe waitid(P_PID, id_t(pid), &info, WEXITED | WNOHANG | WNOWAIT)
    guard result == 0, unsafe info.si_signo == SIGCHLD else { return }
    let code = unsafe statusCode(info)
    let hasExited = unsafe info.si_code == Int32(CLD_EXITED)
    state.withLock { $0.status = hasExited ? .exited(code) : .signalled(code) }
  }

  private func closeAll() {
    state.withLock { state in
      for (key, stream) in state.streams {
        close(stream.descriptor)
        state.streams[key]?.hasEnded = true
      }
      if let input = state.input { close(input) }
      state.input = nil
    }
  }

  private func reap() {
    // A keeper that is gone cannot harm this id's next owner; the next start reports it.
    try? Keeper.shared.forget(pid)
    var status: Int32 = 0
    while unsafe waitpid(pid, &status, 0) < 0, errno == EINTR {}
    state.withLock { $0.isOver = true }
  }
}

private func statusCode(_ info: siginfo_t) -> Int32 {
  #if canImport(Darwin)
    unsafe info.si_status
  #else
    unsafe info._sifields._sigchld.si_status
  #endif
}
