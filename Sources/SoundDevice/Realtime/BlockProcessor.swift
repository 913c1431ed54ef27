/// One block as the trampoline hands it on: interleaved frames in the stream's own format.
@safe struct AudioBlock {
  /// `frameCount` frames from the device; nil without input.
  var input: UnsafeRawPointer?
  /// Room for `frameCount` frames to the device, filled with silence; nil without output.
  var output: UnsafeMutableRawPointer?
  var info: CallbackInfo
  /// What the host lost right before this block.
  var inputLoss = HostLoss()
  var outputLoss = HostLoss()
  var isFreewheeling = false

  var frameCount: Int { info.frameCount }
}

/// Frames that a host lost, exactly or by estimate.
struct HostLoss: Sendable {
  var frameCount = 0
  var isEstimated = false
}

/// What a stream does with each block.
///
/// One object that a C `void *` can carry; subclasses hold the typed closure or the rings.
class BlockProcessor: @unchecked Sendable {
  // Safe to share: `process` is called by one thread at a time, the audio thread, between a
  // stream's start and the end of its stop; subclasses keep to that.

  /// On the audio thread.
  func process(_ block: AudioBlock) -> CallbackResult { .abort }

  /// Whether `process` writes every frame into the ledger itself; otherwise the trampoline does.
  class var keepsLedger: Bool { false }

  /// Whether a block of so many frames would find its data, or room for it. A host that is not
  /// bound to the clock waits for that.
  func isReady(frameCount: Int) -> Bool { true }

  /// Whether who reads has taken all there is. A host that is not bound to the clock may wait for
  /// that.
  var isDrained: Bool { true }

  /// Where a direction stands: frames that the reader was given, or that came from the writer; nil
  /// where the processor counts none. On the host's thread, while no callback runs.
  func position(_ direction: StreamDirection) -> Int? { nil }

  /// Callbacks are about to come: from the beginning, or going on after a pause. On the host's
  /// thread, while no callback runs.
  func willStart(resuming: Bool) {}

  /// No callback runs any more, and what has not been played is dropped if `discarding`. On the
  /// host's thread.
  func didStop(discarding: Bool) {}

  /// No callback will come any more: the stream is stopped, has finished or is lost.
  func interrupted() {}
}
