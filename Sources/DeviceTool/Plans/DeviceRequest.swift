/// A program's request to a copy of itself, which opens the device for it.
public struct DeviceRequest: Hashable, Sendable {
  /// How long to look for the device, in seconds.
  public var waitSeconds: Double
  /// The channels that it had; 0 before it was opened.
  public var channelCount = 0
  /// The id that it had; nil for the device on the command line.
  public var id: String?

  /// Creates a request for the device on the command line.
  public init(waitSeconds: Double) { self.waitSeconds = waitSeconds }

  /// The name of the option that carries the request, without dashes.
  public static let optionName = "device-process"

  /// The option's value.
  public var text: String {
    "\(Int((waitSeconds * 1000).rounded())):\(channelCount):\(id ?? "")"
  }

  /// Parses ``text``; nil if it is no request.
  public init?(text: String) {
    let parts = text.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, let wait = Int(parts[0]), let count = Int(parts[1]) else { return nil }
    self.init(waitSeconds: Double(wait) / 1000)
    channelCount = count
    id = parts[2].isEmpty ? nil : String(parts[2])
  }
}
