internal import SoundTool
internal import Synchronization

/// Connects streams to signals: a stop wakes waiting threads, Ctrl-Z pauses the streams.
final class StreamSignals: Sendable {
  private let legs: [any DeviceLeg]
  private let failure = Mutex<ToolError?>(nil)

  /// - Parameter status: The line for USR1. Called on the signal thread.
  init(_ legs: [any DeviceLeg], status: @escaping @Sendable () -> String) {
    self.legs = legs
    SignalCenter.shared.onStop { for leg in legs { leg.wakeWaiting() } }
    SignalCenter.shared.onPause(
      { [self] in pause() }, resume: { [self] in resume() })
    SignalCenter.shared.onStatus(status)
  }

  /// Pauses all streams, before the process stops.
  func pause() { change { leg throws(ToolError) in try leg.pause() } }

  /// Resumes all streams.
  func resume() { change { leg throws(ToolError) in try leg.resume() } }

  /// Takes the error of a failed pause or resume.
  func takeFailure() -> ToolError? { failure.withLock { $0.take() } }

  /// Whether there is an error to take.
  var hasFailed: Bool { failure.withLock { $0 != nil } }

  // On the signal thread; the program's own thread throws the error later.
  private func change(_ body: (any DeviceLeg) throws(ToolError) -> Void) {
    for leg in legs {
      do throws(ToolError) { try body(leg) } catch {
        failure.withLock { $0 = error }
        for leg in legs { leg.wakeWaiting() }
      }
    }
  }
}

/// Whether the program was asked to stop, for waits that poll.
func isStopping() -> Bool { SignalCenter.shared.isStopping }
