internal import PCM
internal import SoundDevice
internal import SoundTool

/// A device at work, as a run sees it: a stream of this process, or one of a child process.
protocol DeviceLeg: AnyObject, Sendable {
  /// The device's id, for messages.
  var id: String { get }
  /// In hertz.
  var sampleRate: Double { get }
  /// The latencies that the host granted, in seconds; nil for a missing direction.
  var latencies: (input: Double?, output: Double?) { get }
  /// The host's period in frames; 0 before its first block.
  var periodFrameCount: Int { get }
  /// Wall time of the first block, in seconds since 1970; nil before it.
  var startTime: Double? { get }
  /// Every frame lost, dropped or inserted. Any thread.
  var losses: LossReport { get }
  /// The error of a lost device; nil unless it is lost.
  var loss: ToolError? { get }

  /// Starts the device.
  func start() throws(ToolError)
  /// Stops the device, unless it is stopped or lost.
  func halt(_ mode: StopMode) throws(ToolError)
  /// Pauses the device. Any thread.
  func pause() throws(ToolError)
  /// Resumes the device. Any thread.
  func resume() throws(ToolError)
  /// Wakes a thread that waits for the device's frames. Any thread.
  func wakeWaiting()
}

/// A device that records.
protocol InputLeg: DeviceLeg {
  /// The format of its frames.
  var inputFormat: StreamFormat { get }
  /// In seconds.
  var inputLatency: Double { get }
  /// Frames captured and not read yet.
  var waitingFrameCount: Int { get }
  /// Its input, for the one run that starts and halts it.
  ///
  /// - Parameter isBlockByBlock: Whether to return at most one block of the host at a time.
  func segments(for run: StreamRun, isBlockByBlock: Bool) -> any SegmentSource
  /// Whether its input ended because the device came back with another format.
  var isReformatted: Bool { get }
  /// Goes on in that format.
  func accept()
  /// Waits until a halted device has reported everything.
  func close()
}

/// How to stop a device.
enum StopMode {
  /// After all output handed over has been played.
  case drain
  case abort
}

/// A stream of this process.
final class StreamLeg<Stream: AudioStreaming>: DeviceLeg {
  private let stream: Stream
  private let device: Device

  init(_ stream: Stream, _ device: Device) {
    self.stream = stream
    self.device = device
  }

  var id: String { device.id }
  var sampleRate: Double { stream.sampleRate }
  var latencies: (input: Double?, output: Double?) { stream.session.latencies }
  var periodFrameCount: Int { stream.periodFrameCount }
  var startTime: Double? { stream.startTime }
  var losses: LossReport { stream.losses }
  var loss: ToolError? { stream.isLost ? .lost(device, stream) : nil }

  func start() throws(ToolError) { try attempt { () throws(PortAudioError) in try stream.start() } }

  func halt(_ mode: StopMode) throws(ToolError) {
    guard !stream.isLost else { return }
    try attempt { () throws(PortAudioError) in
      switch mode {
      case .drain: try stream.stop()
      case .abort: try stream.abort()
      }
    }
  }

  func pause() throws(ToolError) { try attempt { () throws(PortAudioError) in try stream.pause() } }

  func resume() throws(ToolError) {
    try attempt { () throws(PortAudioError) in try stream.resume() }
  }

  func wakeWaiting() { stream.wakeWaiting() }

  private func attempt(_ body: () throws(PortAudioError) -> Void) throws(ToolError) {
    do throws(PortAudioError) { try body() } catch { throw .running(error, device) }
  }
}

extension StreamLeg: InputLeg where Stream: AudioInputStreaming {
  var inputFormat: StreamFormat {
    StreamFormat(
      encoding: SampleEncoding(stream.inputFormat), rate: stream.sampleRate,
      channelCount: stream.inputChannelCount)
  }
  var inputLatency: Double { stream.inputLatency }
  var waitingFrameCount: Int { stream.readAvailable }
  var isReformatted: Bool { false }

  func segments(for run: StreamRun, isBlockByBlock: Bool) -> any SegmentSource {
    StreamInput(
      stream, device, run, bytesPerFrame: inputFormat.bytesPerFrame,
      isBlockByBlock: isBlockByBlock)
  }

  func accept() {}
  func close() {}
}
