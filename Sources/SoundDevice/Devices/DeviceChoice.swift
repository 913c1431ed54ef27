/// What names a device in parameters and ``Defaults``: a ``Device``, or words such as `"usb, alsa"`.
///
/// Your own types can choose too, for example from a program's settings.
public protocol DeviceChoice: Sendable {
  /// The device in this direction. Called whenever a stream is opened; any thread.
  func device(for direction: StreamDirection) throws(PortAudioError) -> Device
}

extension Device: DeviceChoice {
  /// This device, whatever the direction.
  public func device(for direction: StreamDirection) throws(PortAudioError) -> Device { self }
}

extension String: DeviceChoice {
  /// The device that ``DeviceList/find(_:for:)`` finds in the current list: digits are its index,
  /// words are parts of its name and host API.
  public func device(for direction: StreamDirection) throws(PortAudioError) -> Device {
    try DeviceList.current().find(self, for: direction)
  }
}

extension PortAudioError {
  /// A device that was not found for `operation`.
  init(_ deviceError: DeviceError, _ operation: String = "finding device") {
    self.init(.invalidDevice, operation, deviceError: deviceError)
  }
}
