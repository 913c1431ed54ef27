/// Virtual devices of your own, made in code: for tests that need neither hardware nor time.
///
/// They are ``Device`` values like any other, but in no ``DeviceList``, and what happens to them
/// happens to no other test. Unless the configuration says otherwise, their clock stands still
/// until ``advance(by:)``: within it every callback that becomes due runs, on the calling thread,
/// in the same order each time. See <doc:Testing>.
public final class VirtualDevices: Sendable {
  private let devices: DeviceList
  private let thread: HostThread
  private let host: VirtualHost
  private let turn = TimedLock()

  /// Creates a pair of devices.
  ///
  /// - Throws: `invalidSampleRate`, `invalidChannelCount`, `bufferTooSmall`, `bufferTooBig` or
  ///   `invalidFlag` for a number out of range.
  public init(_ configuration: VirtualConfiguration = VirtualConfiguration())
    throws(PortAudioError)
  {
    let operation = "creating virtual devices"
    try configuration.check(operation)
    var configuration = configuration
    configuration.faults.sort { $0.position < $1.position }
    let host = VirtualHost(configuration: configuration)
    let thread = HostThread(.virtual, name: "sd-virtual-host", host: host, lingering: 0.05)
    let listing = try thread.call(operation) { host throws(PortAudioError) in try host.listing() }
    self.host = host
    self.thread = thread
    devices = DeviceList([(thread, listing)])
  }

  /// Discards output, and captures silence.
  public var null: Device { devices[0] }

  /// Captures what is played on it, bit for bit, after ``VirtualConfiguration/latency``.
  /// Simultaneous streams add up.
  public var loopback: Device { devices[1] }

  /// Moves the clock of all streams on these devices, and calls each that becomes due. Returns
  /// when all their callbacks have returned.
  ///
  /// Does nothing while no stream is open, or if the clock moves by itself. Threads that advance at
  /// the same time take turns. The end of a stream is noticed soon afterwards, by real time: wait
  /// for it with the stream's `wait`.
  ///
  /// - Parameter frameCount: Frames of the devices' clock, 0 or more.
  /// - Throws: `bufferTooSmall` if the number is negative; `calledInCallback`.
  public func advance(by frameCount: Int) throws(PortAudioError) {
    let operation = "advancing clock"
    guard frameCount >= 0 else { throw PortAudioError(.bufferTooSmall, operation) }
    let engine = try thread.call(operation) { [host] _ throws(PortAudioError) in host.loopback }
    guard let engine, engine.isManual else { return }
    _ = turn.take(timeout: nil)
    defer { turn.leave() }
    engine.advance(by: frameCount)
  }
}
