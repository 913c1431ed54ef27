internal import SoundDevice
internal import SoundTool
internal import Synchronization

/// Ties a stream to the signals: a stop wakes whoever waits for it, Ctrl-Z pauses it.
final class StreamSignals: Sendable {
  let stream: any AudioStreaming
  private let device: Device
  private struct Pause {
    var began: Double?
    var total = 0.0
    var failure: PortAudioError?
  }
  private let pauses = Mutex(Pause())

  init(_ stream: any AudioStreaming, _ device: Device, status: @escaping @Sendable () -> String) {
    self.stream = stream
    self.device = device
    SignalCenter.shared.onStop { stream.session.wake() }
    SignalCenter.shared.onPause({ [self] in pause() }, resume: { [self] in resume() })
    SignalCenter.shared.onStatus(status)
  }

  /// Seconds of pauses since the last call, and why the stream could not be paused or go on.
  func takePauses() -> (seconds: Double, failure: ToolError?) {
    pauses.withLock { state in
      defer { (state.total, state.failure) = (0, nil) }
      return (state.total, state.failure.map { .running($0, device) })
    }
  }

  /// Waits until the stream has finished, and calls `look` ten times a second meanwhile.
  func waitUntilFinished(_ look: () throws(ToolError) -> Void) throws(ToolError) {
    while !stream.session.waitForEnd(seconds: 0.1) || stream.session.isPaused {
      try SignalCenter.shared.checkStop()
      try look()
      if stream.session.isPaused { SoundSystem.pause(seconds: 0.05) }
    }
    try checkDevice()
    try look()
  }

  /// Throws if the device is lost.
  func checkDevice() throws(ToolError) {
    if stream.isLost { throw .failure(device.id, "device lost") }
  }

  private func pause() {
    note { () throws(PortAudioError) in try stream.session.pause() }
    pauses.withLock { $0.began = SoundSystem.seconds }
  }

  private func resume() {
    pauses.withLock { state in
      if let began = state.began { state.total += SoundSystem.seconds - began }
      state.began = nil
    }
    note { () throws(PortAudioError) in try stream.session.resume() }
  }

  // On the signal thread; the program's own thread throws it when it comes by.
  private func note(_ body: () throws(PortAudioError) -> Void) {
    do throws(PortAudioError) { try body() } catch {
      pauses.withLock { $0.failure = error }
      stream.session.wake()
    }
  }
}

/// Whether the program was asked to stop: for waits that look again and again.
func isStopping() -> Bool { SignalCenter.shared.isStopping }
