internal import SoundDevice
internal import SoundTool
internal import Synchronization

/// Ties a stream to the signals: a stop wakes whoever waits for it, Ctrl-Z pauses it.
final class StreamSignals: Sendable {
  private let stream: any AudioStreaming
  private let failure = Mutex<PortAudioError?>(nil)

  /// - Parameter status: The line for USR1. Called on the signal thread.
  init(_ stream: any AudioStreaming, status: @escaping @Sendable () -> String) {
    self.stream = stream
    SignalCenter.shared.onStop { stream.wakeWaiting() }
    SignalCenter.shared.onPause(
      { [self] in change { () throws(PortAudioError) in try stream.pause() } },
      resume: { [self] in change { () throws(PortAudioError) in try stream.resume() } })
    SignalCenter.shared.onStatus(status)
  }

  /// Why the stream could not be paused, or go on.
  func takeFailure() -> PortAudioError? { failure.withLock { $0.take() } }

  /// Whether there is one to take.
  var hasFailed: Bool { failure.withLock { $0 != nil } }

  // On the signal thread; the program's own thread throws it when it comes by.
  private func change(_ body: () throws(PortAudioError) -> Void) {
    do throws(PortAudioError) { try body() } catch {
      failure.withLock { $0 = error }
      stream.wakeWaiting()
    }
  }
}

/// Whether the program was asked to stop: for waits that look again and again.
func isStopping() -> Bool { SignalCenter.shared.isStopping }
