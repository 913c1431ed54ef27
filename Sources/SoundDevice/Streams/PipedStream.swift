package import PCM
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
    var options = options
    options.prebuffersOutput = true
    options.alignsInput = isAligned
    session = try StreamSession(
      blocking: StreamRequest(
        input: input.map { .init(parameters: $0.parameters, format: $0.format) },
        output: output.map { .init(parameters: $0.parameters, format: $0.format) },
        options: options, operation: operation))
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

  /// Frames read from the input ring since the stream was opened.
  package var readFrameCount: Int { session.rings?.inputRing?.read ?? 0 }
}
