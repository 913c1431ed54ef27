internal import Platform

/// One thread that looks after all running streams: it notices when callbacks stop, and when what was
/// still to be played has been played.
final class Watchdog: Sendable {
  static let shared = Watchdog()

  /// How often it looks, in seconds.
  static let interval = 0.2
  private static let intervalWhileFinishing = 0.005

  /// What its thread shares with others.
  private final class Rounds: Sendable {
    struct State {
      var streams: [ObjectIdentifier: OpenStream] = [:]
      /// Seconds it has watched, without those during which this process was held up.
      var time = 0.0
      var lastLook = monotonicSeconds()
    }

    let state = Guarded(State())

    /// Woken late, because this process was held up, it counts one interval: the callbacks were held
    /// up as well.
    func time() -> Double {
      state.withLock { state in
        let now = monotonicSeconds()
        state.time += min(max(0, now - state.lastLook), Watchdog.interval)
        state.lastLook = now
        return state.time
      }
    }

    /// How long until the next round; nil without streams.
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

  /// Posted to make it look at once; the audio thread may.
  var wakeUp: Semaphore { worker.bell }

  /// Seconds it has watched.
  var time: Double { rounds.time() }

  /// Looks after a stream until ``forget(_:)``.
  func watch(_ stream: OpenStream) {
    rounds.state.withLock { $0.streams[ObjectIdentifier(stream)] = stream }
    worker.wake()
  }

  func forget(_ stream: OpenStream) {
    rounds.state.withLock { _ = $0.streams.removeValue(forKey: ObjectIdentifier(stream)) }
  }
}
