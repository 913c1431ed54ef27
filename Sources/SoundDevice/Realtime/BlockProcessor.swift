/// One block from the trampoline: interleaved frames in the stream's own format.
@safe struct AudioBlock {
  /// `frameCount` frames from the device; nil without input.
  var input: UnsafeRawPointer?
  /// Room for `frameCount` frames to the device, filled with silence; nil without output.
  var output: UnsafeMutableRawPointer?
  var info: CallbackInfo
  /// The host's loss before this block.
  var inputLoss = HostLoss()
  var outputLoss = HostLoss()
  var isFreewheeling = false

  var frameCount: Int { info.frameCount }
}

/// Frames that a host lost, exact or estimated.
struct HostLoss: Sendable {
  var frameCount = 0
  var isEstimated = false
  /// Frames that came between the loss and this block, before it became known.
  var age = 0
}

/// A stream's response to each block.
///
/// One object, so that a C `void *` can carry it; subclasses hold the typed closure or the rings.
class BlockProcessor: @unchecked Sendable {
  // Safe to share: only the audio thread calls `process`, between a stream's start and the end of
  // its stop; subclasses rely on that.

  /// Processes a block. On the audio thread.
  func process(_ block: AudioBlock) -> CallbackResult { .abort }

  /// Whether `process` records every frame in the ledger itself; if not, the trampoline does.
  class var keepsLedger: Bool { false }

  /// Whether a block of `frameCount` frames has its data, or room for it. A host without a clock
  /// waits for that.
  func isReady(frameCount: Int) -> Bool { true }

  /// Whether the reader has read all input. A host without a clock may wait for that.
  var isDrained: Bool { true }

  /// The position of a direction: frames delivered to the reader, or taken from the writer; nil if
  /// the processor does not count. On the host's thread, while no callback runs.
  func position(_ direction: StreamDirection) -> Int? { nil }

  /// Prepares for callbacks, from the beginning or after a pause. On the host's thread, while no
  /// callback runs.
  func willStart(resuming: Bool) {}

  /// Handles the end of callbacks; `discarding` drops frames that have not been played. On the
  /// host's thread.
  func didStop(discarding: Bool) {}

  /// Handles the final end of callbacks: the stream is stopped, has finished or is lost.
  func interrupted() {}
}
