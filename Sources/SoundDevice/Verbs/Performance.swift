/// One run of `play`, `rec` or `playrec`. It lives until its sound ends, even without a reference
/// to its handle, and closes its stream itself.
final class Performance:
  OpenedStream, AudioInputStreaming, AudioOutputStreaming, @unchecked Sendable
{
  private let operation: String

  private struct State {
    var begun = 0
    var running: [Int: Performance] = [:]
    var latest: Performance?
  }

  private static let state = Guarded(State())

  /// The most recently started one, ended or not.
  static var latest: Performance? { state.withLock { $0.latest } }

  private init(_ session: StreamSession, _ operation: String) {
    self.operation = operation
    super.init(session)
  }

  /// Opens and starts a stream with `processor`.
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

  /// The host's flags so far.
  var status: CallbackFlags { session.stream.trampoline.flags }

  /// Waits for the end and closes the stream.
  func finish(timeout: Double?) throws(PortAudioError) -> CallbackFlags {
    guard try session.stream.wait(seconds: timeout) else {
      throw PortAudioError(.timedOut, operation)
    }
    try checkEnd()
    // Everything has been played or recorded; a host that cannot close reports it at its next use.
    try? session.close()
    return status
  }

  /// Waits for the end without blocking a thread.
  func finish(timeout: Double?) async throws -> CallbackFlags {
    guard try await session.stream.wait(seconds: timeout) else {
      throw PortAudioError(.timedOut, operation)
    }
    try checkEnd()
    let session = session
    _ = await session.endingThread.result { () throws(PortAudioError) in try session.close() }
    return status
  }

  /// Stops and closes the stream without blocking a thread.
  func end() async throws(PortAudioError) {
    let performance = self
    try await session.endingThread.result { () throws(PortAudioError) in
      try performance.end()
    }.get()
  }

  private func checkEnd() throws(PortAudioError) {
    if session.stream.isLost { throw PortAudioError(.hostLost, operation) }
  }

  /// Stops and closes the stream; does nothing if it has already ended.
  func end() throws(PortAudioError) {
    do throws(PortAudioError) {
      try session.stop()
      try session.close()
    } catch {
      guard error.code == .badStream else { throw error }
    }
  }
}
