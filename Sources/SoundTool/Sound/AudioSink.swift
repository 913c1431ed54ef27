internal import Platform
public import SoundFile

/// A file or stdout, open for writing. One thread at a time.
///
/// A file is always readable: its header is completed every half second. After a stop, a pipe gets
/// another half second; a file gets everything.
public final class AudioSink {
  /// The name in messages.
  public let name: String
  /// The format that ``write(_:captured:)`` takes.
  public let format: StreamFormat

  private var writer: AudioFileWriter?
  /// Whether it is a pipe or a device, which cannot seek.
  public let isStream: Bool
  private let grace: Double
  private let syncs: Bool
  private var nextUpdate = 0.0
  private var nextUpdateFrame = 0
  private var nextSync = 0.0
  private var finalFrameCount = 0
  private var finalClippedCount = 0
  private var awaitsOrigination: Bool

  /// Opens the output.
  ///
  /// - Parameters:
  ///   - plan: The destination and its type.
  ///   - fileFormat: The type and codec; the type is the plan's.
  ///   - rate: In hertz.
  ///   - channelCount: Samples per frame.
  ///   - options: Other facts about the sound; the plan decides whether a file is replaced.
  ///   - syncs: Whether to force a file to the disk once per second, in case of a power cut.
  /// - Throws: A usage error if the format cannot be written, before anything is truncated; or the
  ///   failure.
  public init(
    _ plan: OutputPlan, as fileFormat: AudioFileFormat, rate: Double, channelCount: Int,
    options: AudioFileWriter.Options = AudioFileWriter.Options(), syncs: Bool = false
  ) throws(ToolError) {
    try plan.check(fileFormat, rate: rate, channelCount: channelCount)
    name = plan.name
    isStream = plan.isStream
    self.syncs = syncs
    let grace = plan.isStream ? 0.5 : .infinity
    self.grace = grace
    awaitsOrigination = options.reservesOrigination
    var options = options
    options.replacing = plan.replacing
    let known = options
    format = StreamFormat(
      encoding: fileFormat.deliveredEncoding, rate: rate, channelCount: channelCount)
    let interrupted: @Sendable () -> Bool = {
      (SignalCenter.shared.stoppingTime ?? -1) >= grace
    }
    do throws(AudioFileError) {
      writer = try SignalCenter.shared.interruptible(grace: grace) {
        () throws(AudioFileError) in
        if let path = plan.path {
          return try AudioFileWriter(
            path: path, format: fileFormat, sampleRate: rate, channelCount: channelCount,
            options: known, interrupted: interrupted)
        }
        return try AudioFileWriter(
          descriptor: StandardStreams.output, closing: true, format: fileFormat, sampleRate: rate,
          channelCount: channelCount, options: known, interrupted: interrupted)
      }
      try keepReadable()
    } catch {
      throw plan.failure(error)
    }
    for dropped in options.tags.dropped(by: fileFormat.type) {
      Messages.detail(name, "\(fileFormat.type) has no place for \(dropped)")
    }
    Messages.detail(name, "written as \(fileFormat), \(hertz(rate)), \(channels(channelCount))")
  }

  /// Frames written so far; in a raw pipe, those that the pipe has accepted.
  public var frameCount: Int { writer?.frameCount ?? finalFrameCount }

  /// NaN and infinite samples, which a lossy codec cannot take.
  public var clippedCount: Int { writer?.clippedCount ?? finalClippedCount }

  /// Writes whole frames, all of them, in one `write` if the samples are plain.
  ///
  /// - Parameter captured: The wall time of the first one; the first of all goes into the header of
  ///   a file opened for it.
  /// - Throws: `stopped` if the program was asked to stop and a pipe accepts no more (`frameCount`
  ///   says how far it got), `brokenPipe`, or the failure.
  public func write(_ frames: RawSpan, captured: Double?) throws(ToolError) {
    do throws(AudioFileError) {
      if awaitsOrigination, frames.byteCount > 0 {
        awaitsOrigination = false
        if let captured {
          try writer?.setOrigination(Origination(captured: captured, sampleRate: format.rate))
        }
      }
      try SignalCenter.shared.interruptible(grace: grace) { () throws(AudioFileError) in
        try writer?.write(frames)
      }
      try keepReadable()
    } catch {
      throw .of(error, name)
    }
  }

  /// Completes a file's header, as the next frames may come much later.
  public func completePart() throws(ToolError) {
    nextUpdate = 0
    do throws(AudioFileError) { try keepReadable() } catch { throw .of(error, name) }
  }

  // Every half second of time or of sound, since a delayed recorder writes a lot of sound at once:
  // with the block being written, less than a second is missing after a kill.
  private func keepReadable() throws(AudioFileError) {
    let now = monotonicSeconds()
    let isDue = now >= nextUpdate || frameCount >= nextUpdateFrame
    guard !isStream, isDue else { return }
    nextUpdate = now + 0.5
    nextUpdateFrame = frameCount + Int(format.rate / 2)
    try writer?.updateHeader()
    guard syncs, now >= nextSync else { return }
    nextSync = now + 1
    try writer?.sync()
  }

  /// Waits until the written data is on the disk.
  public func sync() throws(ToolError) {
    do throws(AudioFileError) {
      try writer?.sync()
    } catch {
      throw .of(error, name)
    }
  }

  /// Completes and closes the output, and throws if that fails. Does nothing the second time.
  public func close() throws(ToolError) {
    guard writer != nil else { return }
    (finalFrameCount, finalClippedCount) = (frameCount, clippedCount)
    do throws(AudioFileError) {
      try SignalCenter.shared.interruptible(grace: grace) { () throws(AudioFileError) in
        try writer.take()?.close()
      }
    } catch {
      throw .of(error, name)
    }
  }
}
