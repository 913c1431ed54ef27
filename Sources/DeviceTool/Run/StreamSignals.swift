internal import SoundDevice
internal import SoundTool
internal import Synchronization

/// Connects streams to signals: a stop wakes waiting threads, Ctrl-Z pauses the streams.
final class StreamSignals: Sendable {
  private let streams: [any AudioStreaming]
  private let failure = Mutex<PortAudioError?>(nil)

  /// - Parameter status: The line for USR1. Called on the signal thread.
  init(_ streams: [any AudioStreaming], status: @escaping @Sendable () -> String) {
    self.streams = streams
    SignalCenter.shared.onStop { for stream in streams { stream.wakeWaiting() } }
    SignalCenter.shared.onPause(
      { [self] in pause() }, resume: { [self] in resume() })
    SignalCenter.shared.onStatus(status)
  }

  /// Pauses all streams, before the process stops.
  func pause() { change { stream throws(PortAudioError) in try stream.pause() } }

  /// Resumes all streams.
  func resume() { change { stream throws(PortAudioError) in try stream.resume() } }

  /// Takes the error of a failed pause or resume.
  func takeFailure() -> PortAudioError? { failure.withLock { $0.take() } }

  /// Whether there is an error to take.
  var hasFailed: Bool { failure.withLock { $0 != nil } }

  // On the signal thread; the program's own thread throws the error later.
  private func change(_ body: (any AudioStreaming) throws(PortAudioError) -> Void) {
    for stream in streams {
      do throws(PortAudioError) { try body(stream) } catch {
        failure.withLock { $0 = error }
        for stream in streams { stream.wakeWaiting() }
      }
    }
  }
}

/// Whether the program was asked to stop, for waits that poll.
func isStopping() -> Bool { SignalCenter.shared.isStopping }
