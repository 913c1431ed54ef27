internal import Platform

/// One thread that looks after all running streams: it notices when callbacks stop, and it is the
/// thread on which streams tell that they have finished.
final class Watchdog: Sendable {
  static let shared = Watchdog()

  /// How often it looks, in seconds.
  static let interval = 0.2
  private static let intervalWhileFinishing = 0.005

  private struct State {
    var streams: [ObjectIdentifier: OpenStream] = [:]
    var errands: [@Sendable () -> Void] = []
    var isRunning = false
  }

  private let state = Guarded(State())
  /// Posted to make it look at once; the audio thread may.
  let wakeUp = Semaphore()

  /// Looks after a stream until ``forget(_:)``.
  func watch(_ stream: OpenStream) { begin { $0.streams[ObjectIdentifier(stream)] = stream } }

  func forget(_ stream: OpenStream) {
    state.withLock { _ = $0.streams.removeValue(forKey: ObjectIdentifier(stream)) }
  }

  /// Runs `errand` on the watchdog's thread, soon.
  func perform(_ errand: @escaping @Sendable () -> Void) { begin { $0.errands.append(errand) } }

  private func begin(_ change: (inout State) -> Void) {
    let isFirst = state.withLock { state in
      change(&state)
      defer { state.isRunning = true }
      return !state.isRunning
    }
    if isFirst { startThread(named: "sd-watchdog") { [self] in run() } }
    wakeUp.post()
  }

  private func run() {
    var lastLook = monotonicSeconds()
    while true {
      let (streams, errands) = state.withLock { state in
        defer { state.errands = [] }
        return (Array(state.streams.values), state.errands)
      }
      for errand in errands { errand() }
      let isFinishing = streams.contains { $0.isFinishing }
      let now = monotonicSeconds()
      // Woken early, it only looks at streams that are about to finish. Woken late, because this
      // process was held up, it counts one interval: the callbacks were held up as well.
      let isDue = now - lastLook >= Self.interval * 0.9
      if isDue { lastLook = now }
      for stream in streams { stream.look(countsAsInterval: isDue) }
      let pause =
        isFinishing
        ? Self.intervalWhileFinishing : max(0.001, Self.interval - (monotonicSeconds() - lastLook))
      wakeUp.wait(seconds: streams.isEmpty ? 3600 : pause)
    }
  }
}
