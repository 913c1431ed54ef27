internal import Platform

/// One thread that watches all running streams: it notices when callbacks stop, and when the last
/// output has been played.
final class Watchdog: Sendable {
  static let shared = Watchdog()

  /// Seconds between two checks.
  static let interval = 0.2
  private static let intervalWhileFinishing = 0.005

  /// The state that its thread shares with others.
  private final class Rounds: Sendable {
    struct State {
      var streams: [ObjectIdentifier: OpenStream] = [:]
      /// Seconds it has watched, excluding those during which this process was suspended.
      var time = 0.0
      var lastLook = monotonicSeconds()
    }

    let state = Guarded(State())

    /// If woken late, because this process was suspended, it counts one interval: the callbacks
    /// were suspended as well.
    func time() -> Double {
      state.withLock { state in
        let now = monotonicSeconds()
        state.time += min(max(0, now - state.lastLook), Watchdog.interval)
        state.lastLook = now
        return state.time
      }
    }

    /// The time until the next round, in seconds; nil without streams.
    func look() -> Double? {
      let streams = state.withLock { Array($0.streams.values) }
      guard !streams.isEmpty else { return nil }
      let time = time()
      for stream in streams { stream.look(at: time) }
      return streams.contains { $0.isFinishing }
        ? Watchdog.intervalWhileFinishing : Watchdog.interval
    }
  }

  private let rounds = Rounds()
  private let worker: WorkerThread

  init() {
    worker = WorkerThread(named: "sd-watchdog") { [rounds] in rounds.look() }
  }

  /// Post it for an immediate check; the audio thread may.
  var wakeUp: Semaphore { worker.bell }

  /// Seconds it has watched.
  var time: Double { rounds.time() }

  /// Watches a stream until ``forget(_:)``.
  func watch(_ stream: OpenStream) {
    rounds.state.withLock { $0.streams[ObjectIdentifier(stream)] = stream }
    worker.wake()
  }

  func forget(_ stream: OpenStream) {
    rounds.state.withLock { _ = $0.streams.removeValue(forKey: ObjectIdentifier(stream)) }
  }
}
