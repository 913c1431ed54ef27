/// A condition that becomes true once and stays true, with any number of waiters. Not for the audio
/// thread.
final class Latch: Sendable {
  private struct Tasks {
    var count = 0
    var waiting: [Int: CheckedContinuation<Bool, Never>] = [:]
    /// Tasks cancelled before they waited.
    var cancelled: Set<Int> = []
  }

  private let semaphore = Semaphore()
  private let opened = AtomicFlag()
  private let tasks = Guarded(Tasks())

  var isOpen: Bool { opened.isSet }

  func open() {
    opened.set()
    semaphore.post()
    let waiting = tasks.withLock { tasks in
      defer { tasks.waiting = [:] }
      return Array(tasks.waiting.values)
    }
    for task in waiting { task.resume(returning: true) }
  }

  /// Waits; false if the time is over first. nil waits without limit.
  func wait(seconds: Double?) -> Bool {
    var remaining = Timeout(seconds: seconds)
    while !isOpen {
      guard let slice = remaining.next() else { return false }
      semaphore.wait(seconds: slice)
    }
    // One post wakes one waiter; each wakes the next.
    semaphore.post()
    return true
  }

  /// Waits without blocking a thread; false if the time is over first.
  func pass(within seconds: Double?) async throws(CancellationError) -> Bool {
    guard let seconds else { return try await pass() }
    let isOpen = await withTaskGroup(of: Bool.self) { group in
      group.addTask { (try? await self.pass()) ?? false }
      group.addTask {
        // Answers either way: the time is over, or the wait has ended.
        try? await Task.sleep(for: .seconds(max(0, min(seconds, 1e9))))
        return false
      }
      let first = await group.next() ?? false
      group.cancelAll()
      return first
    }
    if !isOpen, Task.isCancelled { throw CancellationError() }
    return isOpen || self.isOpen
  }

  private func pass() async throws(CancellationError) -> Bool {
    let number = tasks.withLock { tasks in
      tasks.count += 1
      return tasks.count
    }
    let isOpen = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let answer: Bool? = tasks.withLock { tasks in
          if opened.isSet { return true }
          if tasks.cancelled.remove(number) != nil { return false }
          tasks.waiting[number] = continuation
          return nil
        }
        if let answer { continuation.resume(returning: answer) }
      }
    } onCancel: {
      let waiting = tasks.withLock { tasks in
        if tasks.waiting[number] == nil { tasks.cancelled.insert(number) }
        return tasks.waiting.removeValue(forKey: number)
      }
      waiting?.resume(returning: false)
    }
    // Cancelled after it was answered.
    tasks.withLock { _ = $0.cancelled.remove(number) }
    guard isOpen else { throw CancellationError() }
    return true
  }
}
