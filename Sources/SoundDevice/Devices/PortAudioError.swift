/// The error of everything here: the operation, PortAudio's code, and what is known besides.
///
/// Prints as one line: `opening input stream: Invalid sample rate [PaErrorCode -9997]`.
public struct PortAudioError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A PortAudio error code. Corresponds to `PaErrorCode`.
  public struct Code: RawRepresentable, Hashable, Sendable {
    /// The number, as PortAudio defines it; positive for codes of this library.
    public let rawValue: CInt
    /// Creates a code from its number.
    public init(rawValue: CInt) { self.rawValue = rawValue }

    /// The library below PortAudio failed; see ``PortAudioError/hostError``.
    public static let unanticipatedHostError = Code(rawValue: -9999)
    /// More or fewer channels than the device has.
    public static let invalidChannelCount = Code(rawValue: -9998)
    /// The device does not support this rate.
    public static let invalidSampleRate = Code(rawValue: -9997)
    /// There is no such device; see ``PortAudioError/deviceError``.
    public static let invalidDevice = Code(rawValue: -9996)
    /// A flag that is incompatible with the stream's other parameters.
    public static let invalidFlag = Code(rawValue: -9995)
    /// The sample format is not supported.
    public static let sampleFormatNotSupported = Code(rawValue: -9994)
    /// The two devices cannot form one stream.
    public static let badIODeviceCombination = Code(rawValue: -9993)
    /// ``HostSettings`` on a device of another host API.
    public static let incompatibleHostSettings = Code(rawValue: -9984)
    /// The device is busy or gone.
    public static let deviceUnavailable = Code(rawValue: -9985)
    /// The stream is closed.
    public static let badStream = Code(rawValue: -9988)
    /// The stream is stopped, but must not be.
    public static let streamIsStopped = Code(rawValue: -9983)
    /// The stream is running already.
    public static let streamIsNotStopped = Code(rawValue: -9982)
    /// A blocking read on a stream that has a callback.
    public static let canNotReadFromACallbackStream = Code(rawValue: -9977)
    /// A blocking write on a stream that has a callback.
    public static let canNotWriteToACallbackStream = Code(rawValue: -9976)
    /// A blocking read on a stream without input.
    public static let canNotReadFromAnOutputOnlyStream = Code(rawValue: -9975)
    /// A blocking write on a stream without output.
    public static let canNotWriteToAnInputOnlyStream = Code(rawValue: -9974)
    /// A buffer has too many frames.
    public static let bufferTooBig = Code(rawValue: -9991)
    /// A buffer has too few frames.
    public static let bufferTooSmall = Code(rawValue: -9990)
    /// A blocking read or write timed out.
    public static let timedOut = Code(rawValue: -9987)

    /// The stream is lost, because its device is gone or its server died, or the host does not
    /// answer. A lost stream stays lost; a host that answers late can be used again. (This
    /// library's own; PortAudio has no such code.)
    public static let hostLost = Code(rawValue: 1)
    /// The writing task was cancelled; a reading task throws `CancellationError`. (This library's
    /// own.)
    public static let cancelled = Code(rawValue: 2)
    /// A function that waits was called inside a stream's callback. (This library's own.)
    public static let calledInCallback = Code(rawValue: 3)
    /// A buffer ends with an incomplete frame. (This library's own.)
    public static let partialFrame = Code(rawValue: 4)
  }

  /// The error of the library below PortAudio, if the failure came from there. Corresponds to
  /// `PaHostErrorInfo`.
  public struct HostError: Hashable, Sendable {
    /// The host's own error number.
    public var code: Int
    /// The host's own message.
    public var text: String

    /// Creates a host's error, for tests of what handles it.
    public init(code: Int, text: String) {
      self.code = code
      self.text = text
    }
  }

  /// The code of the failure.
  public var code: Code
  /// The operation that failed, such as `opening output stream`.
  public var operation: String
  /// The host's own error, fetched at the moment of failure.
  public var hostError: HostError?
  /// The number of frames that a failed write had written; nil for other failures.
  public var frameCount: Int?
  /// Why the device was not found, with the code `invalidDevice`; nil for other failures.
  public var deviceError: DeviceError?

  /// A failure of `operation`, for tests of what handles it.
  public init(
    _ code: Code, _ operation: String, hostError: HostError? = nil, frameCount: Int? = nil,
    deviceError: DeviceError? = nil
  ) {
    self.code = code
    self.operation = operation
    self.hostError = hostError
    self.frameCount = frameCount
    self.deviceError = deviceError
  }

  /// The failure of a start with a positive code, which PortAudio does not define; nil for others.
  init?(startCode code: CInt, _ operation: String) {
    guard code > 0 else { return nil }
    let text = "no PulseAudio server lets it in, and this PortAudio does not start without"
    self.init(.unanticipatedHostError, operation, hostError: HostError(code: Int(code), text: text))
  }

  /// PortAudio's message for the code. Corresponds to `Pa_GetErrorText`.
  public var text: String {
    switch code {
    case .hostLost: "the sound system does not answer"
    case .cancelled: "cancelled"
    case .calledInCallback: "not allowed inside a stream's callback"
    case .partialFrame: "the buffer ends within a frame"
    default: PortAudioHost.text(of: code)
    }
  }

  /// Operation, message and code, in one line.
  public var description: String {
    if let deviceError { return "\(operation): \(deviceError)" }
    guard code.rawValue < 0 else {
      return "\(operation): \(text)" + (hostError.map { "; \($0.text)" } ?? "")
    }
    let detail = hostError.map { " (\($0.text) [\($0.code)])" } ?? ""
    return "\(operation): \(text)\(detail) [PaErrorCode \(code.rawValue)]"
  }
}
