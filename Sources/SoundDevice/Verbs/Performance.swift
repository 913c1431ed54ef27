/// One run of `play`, `rec` or `playrec`: it lives as long as it sounds, whether or not anybody
/// keeps its handle, and closes its stream by itself.
final class Performance: AudioInputStreaming, AudioOutputStreaming {
  let session: StreamSession
  private let operation: String

  private struct State {
    var begun = 0
    var running: [Int: Performance] = [:]
    var latest: Performance?
  }

  private static let state = Guarded(State())

  /// The one that was begun last, ended or not.
  static var latest: Performance? { state.withLock { $0.latest } }

  private init(_ session: StreamSession, _ operation: String) {
    self.session = session
    self.operation = operation
  }

  /// Opens and starts a stream on `processor`.
  static func begin(
    _ request: StreamRequest,
    processor: (ResolvedStream) throws(PortAudioError) -> BlockProcessor
  ) throws(PortAudioError) -> Performance {
    let number = state.withLock { state in
      state.begun += 1
      return state.begun
    }
    let session = try StreamSession(
      request, onEnd: { end(number) }, finished: nil, processor: processor)
    let performance = Performance(session, request.operation)
    state.withLock { $0.running[number] = performance }
    do throws(PortAudioError) { try session.start() } catch {
      end(number)
      throw error
    }
    state.withLock { $0.latest = performance }
    return performance
  }

  private static func end(_ number: Int) {
    let performance = state.withLock { $0.running.removeValue(forKey: number) }
    performance?.session.stream.closeLater()
  }

  /// Flags of the host so far.
  var status: CallbackFlags { session.stream.trampoline.flags }

  /// Waits for the end and closes the stream.
  func finish(timeout: Double?) throws(PortAudioError) -> CallbackFlags {
    guard try session.stream.wait(seconds: timeout) else {
      throw PortAudioError(.timedOut, operation)
    }
    try checkEnd()
    // What was to be played or recorded has been; a host that cannot close says so when it is used
    // next.
    try? session.close()
    return status
  }

  /// Waits for the end without holding a thread.
  func finish(timeout: Double?) async throws -> CallbackFlags {
    guard try await session.stream.wait(seconds: timeout) else {
      throw PortAudioError(.timedOut, operation)
    }
    try checkEnd()
    let session = session
    _ = await session.controlThread.result { () throws(PortAudioError) in try session.close() }
    return status
  }

  private func checkEnd() throws(PortAudioError) {
    if session.stream.isLost { throw PortAudioError(.hostLost, operation) }
  }

  /// Stops and closes the stream; nothing if it has ended by itself.
  func end() throws(PortAudioError) {
    do throws(PortAudioError) {
      try session.stop()
      try session.close()
    } catch {
      guard error.code == .badStream else { throw error }
    }
  }
}
