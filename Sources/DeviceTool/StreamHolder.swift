internal import SoundDevice
internal import SoundTool
internal import Synchronization

/// Ties a stream to the signals: a stop wakes whoever waits for it, Ctrl-Z pauses it.
final class StreamHolder: Sendable {
  let stream: PipedStream
  private struct Pause {
    var began: Double?
    var total = 0.0
    var failure: PortAudioError?
  }
  private let pauses = Mutex(Pause())

  init(_ stream: PipedStream, status: @escaping @Sendable () -> String) {
    self.stream = stream
    SignalCenter.shared.onStop { stream.wake() }
    SignalCenter.shared.onPause({ [self] in pause() }, resume: { [self] in resume() })
    SignalCenter.shared.onStatus(status)
  }

  /// Seconds of pauses since the last call.
  func takePausedSeconds() throws(ToolError) -> Double {
    let (seconds, failure) = pauses.withLock { state in
      defer { state.total = 0 }
      return (state.total, state.failure)
    }
    if let failure { throw .running(failure, stream.outputDevice ?? stream.inputDevice) }
    return seconds
  }

  private func pause() {
    note { () throws(PortAudioError) in try stream.pause() }
    pauses.withLock { $0.began = SoundSystem.seconds }
  }

  private func resume() {
    pauses.withLock { state in
      if let began = state.began { state.total += SoundSystem.seconds - began }
      state.began = nil
    }
    note { () throws(PortAudioError) in try stream.resume() }
  }

  // On the signal thread; the program's own thread throws it when it comes by.
  private func note(_ body: () throws(PortAudioError) -> Void) {
    do throws(PortAudioError) { try body() } catch {
      pauses.withLock { $0.failure = error }
      stream.wake()
    }
  }
}

/// Whether the program was asked to stop: for waits that look again and again.
func isStopping() -> Bool { SignalCenter.shared.isStopping }
