package import PCM
internal import CRealtime
internal import Platform
internal import Synchronization

/// A stream for programs: raw frames in the host's own sample format go through rings, output
/// waits for a prebuffer and grows it when it ran dry, and a pause keeps what the rings hold.
package final class PipedStream: AudioInputStreaming, AudioOutputStreaming {
  /// The open stream.
  package let session: StreamSession

  /// Opens a stream in one direction, or in both.
  ///
  /// - Parameters:
  ///   - isAligned: Input is kept only for frames that are played, so that frame n in was captured
  ///     while frame n out was played.
  package init(
    input: (parameters: StreamParameters, format: SampleFormat)?,
    output: (parameters: StreamParameters, format: SampleFormat)?, options: StreamOptions,
    isAligned: Bool = false
  ) throws(PortAudioError) {
    let operation =
      switch (input, output) {
      case (_?, nil): "opening input"
      case (nil, _?): "opening output"
      default: "opening stream"
      }
    session = try StreamSession(
      blocking: StreamRequest(
        input: input.map { .init(parameters: $0.parameters, format: $0.format) },
        output: output.map { .init(parameters: $0.parameters, format: $0.format) },
        options: options, operation: operation),
      ringing: .init(start: .prebuffered, isAligned: isAligned))
  }

  /// Reads at least one frame, and as many as are there and fit; 0 if the stream has stopped or
  /// `interrupted` says so.
  package func read(into target: inout MutableRawSpan, interrupted: () -> Bool)
    throws(PortAudioError) -> Int
  {
    var result = Result<Int, PortAudioError>.success(0)
    unsafe target.withUnsafeMutableBytes { bytes in
      do throws(PortAudioError) {
        result = .success(
          unsafe try session.read(into: bytes, minimum: 1, timeout: nil, interrupted: interrupted))
      } catch { result = .failure(error) }
    }
    return try result.get()
  }

  /// Writes all frames, waiting for room; fewer if `interrupted` says so.
  package func write(_ source: RawSpan, interrupted: () -> Bool) throws(PortAudioError) -> Int {
    var result = Result<Int, PortAudioError>.success(0)
    unsafe source.withUnsafeBytes { bytes in
      do throws(PortAudioError) {
        result = .success(
          unsafe try session.write(bytes, timeout: nil, interrupted: interrupted))
      } catch { result = .failure(error) }
    }
    return try result.get()
  }

  /// Writes frames before the stream is started; there must be room.
  package func prefill(_ source: RawSpan) throws(PortAudioError) -> Int {
    let ring = session.rings?.outputRing
    return unsafe source.withUnsafeBytes { bytes in
      guard let ring, let base = bytes.baseAddress else { return 0 }
      return unsafe ring.write(from: base, count: bytes.count / ring.bytesPerFrame)
    }
  }

  /// Waits until at most so many frames wait to be played; less long if `interrupted` says so.
  package func waitUntilQueued(atMost count: Int, interrupted: () -> Bool) {
    guard let ring = session.rings?.outputRing else { return }
    while ring.readableCount > count, !interrupted(), isActive || session.isPaused {
      ring.waitUntilWritable(ring.capacity - count, seconds: 0.1)
    }
  }

  /// No more frames will be written: what is in the ring plays, then the stream finishes.
  package func endOutput() { session.rings?.endOutput() }

  /// Frames that output waits for beyond a block before it begins.
  package var prebufferFrameCount: Int { session.rings?.prebufferFrameCount ?? 0 }

  /// Frames read from the input ring since the stream was opened.
  package var readFrameCount: Int { session.rings?.inputRing?.read ?? 0 }

  /// Frames written to the output ring since the stream was opened.
  package var writtenFrameCount: Int { session.rings?.outputRing?.written ?? 0 }
}

extension Device {
  /// The format in which data of `format` passes through this device unharmed, so that nothing is
  /// converted on the audio thread.
  package func hostFormat(for format: SampleFormat) throws(PortAudioError) -> SampleFormat {
    let index = indexInHost
    return try host.call("asking '\(id)'") { host throws(PortAudioError) in
      host.format(for: format, device: index)
    }
  }

  /// Whether the device is one of this library's own.
  package var isVirtual: Bool { host.kind == .virtual }
}

/// The libraries below, for programs.
package enum SoundSystem {
  /// Prepares PortAudio before its first use: the name JACK shows, and whether what ALSA and JACK
  /// print is let through.
  package static func prepare(clientName: String, isChatty: Bool) {
    PortAudioHost.clientName.withLock { $0 = clientName }
    PortAudioHost.isChatty.set(isChatty)
    PortAudioHost.wantsRealtime.set()
  }

  /// Ends the hosts in order, as far as they still answer.
  package static func shutDown() { Hosts.shutDown() }

  /// Whether a stream was lost, or a host did not answer, so that exit handlers of the libraries may
  /// hang.
  package static var isLost: Bool { Hosts.portAudio.everLost || Hosts.virtual.everLost }

  /// Starts a detached thread on which no signal handler of the program runs.
  package static func startThread(named name: String, _ body: @escaping @Sendable () -> Void) {
    Platform.startThread(named: name, body)
  }

  /// Gives the calling thread real-time priority, below that of audio threads; false where that is
  /// not allowed.
  package static func makeThreadRealtime() -> Bool { sd_make_thread_realtime(10) }

  /// Seconds of a clock that never goes back.
  package static var seconds: Double { monotonicSeconds() }

  /// Holds the calling thread for so long.
  package static func pause(seconds: Double) { Semaphore().wait(seconds: seconds) }

  /// What `SD_VIRTUAL` cannot be understood for, or nil.
  package static var virtualConfigurationError: String? {
    do { _ = try Hosts.virtualConfiguration() } catch { return error.description }
    return nil
  }
}

/// PortAudio's version number and text.
///
/// The ancestor's `get_portaudio_version()`; corresponds to `Pa_GetVersion` and
/// `Pa_GetVersionText`. Any thread.
public func portAudioVersion() -> (number: Int, text: String) { PortAudioHost.version }
