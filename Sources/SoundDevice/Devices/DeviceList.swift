/// All devices, numbered from 0: PortAudio's first, then the virtual ones.
///
/// A list is a value, a snapshot. Prints as the ancestor's `print_devices()` does.
public struct DeviceList: Sendable, RandomAccessCollection, CustomStringConvertible {
  /// The devices; a device's index is its position here.
  public let devices: [Device]
  /// The host APIs; a host API's index is its position here.
  public let hostAPIs: [HostAPI]
  /// The index of PortAudio's default input device, or nil.
  public let defaultInputIndex: Int?
  /// The index of PortAudio's default output device, or nil.
  public let defaultOutputIndex: Int?
  /// The number of PortAudio's devices.
  public let portAudioDeviceCount: Int
  /// The index of PortAudio's default host API, or nil. Corresponds to `Pa_GetDefaultHostApi`.
  public let defaultHostAPIIndex: Int?
  /// Why PortAudio's devices are missing, or nil. The virtual devices are always there.
  public let failure: PortAudioError?

  /// The first position.
  public var startIndex: Int { devices.startIndex }
  /// The position after the last device.
  public var endIndex: Int { devices.endIndex }
  /// The device with this index.
  public subscript(index: Int) -> Device { devices[index] }

  /// The current list. The first call starts PortAudio; later calls return the same list until
  /// ``refresh()``.
  public static func current() throws(PortAudioError) -> DeviceList {
    do { _ = try Hosts.virtualConfiguration() } catch {
      throw PortAudioError(.badVirtualConfiguration(error.description))
    }
    return try Hosts.deviceList()
  }

  /// The virtual devices alone, for a program that was given one of them by its name: PortAudio,
  /// and all it loads, need not start.
  package static func virtual() throws(PortAudioError) -> DeviceList {
    do { _ = try Hosts.virtualConfiguration() } catch {
      throw PortAudioError(.badVirtualConfiguration(error.description))
    }
    return try Hosts.virtualDeviceList()
  }

  /// Looks for devices again and returns the new list.
  ///
  /// PortAudio can only do this by restarting, so this throws if any stream is open. Corresponds to
  /// `Pa_Terminate` and `Pa_Initialize`.
  @discardableResult
  public static func refresh() throws(PortAudioError) -> DeviceList {
    try Hosts.refreshDeviceList()
  }

  /// PortAudio's default device in one direction.
  public func defaultDevice(for direction: StreamDirection) throws(PortAudioError) -> Device {
    let index = direction == .input ? defaultInputIndex : defaultOutputIndex
    if let index { return devices[index] }
    if let failure { throw failure }
    throw PortAudioError(.noDefault(direction))
  }

  /// Finds a device by its index, in digits, or by words.
  ///
  /// Words match as in the ancestor: case-insensitively, all of them, in order, within `name, host
  /// API`. A device whose name, full name or ``Device/id`` equals the query beats those that merely
  /// contain the words.
  ///
  /// - Parameters:
  ///   - query: Digits, or words.
  ///   - direction: Considers only devices with channels in this direction.
  public func find(_ query: String, for direction: StreamDirection? = nil) throws(PortAudioError)
    -> Device
  {
    let candidates = devices.filter { device in
      direction.map { device.maxChannelCount(for: $0) > 0 } ?? true
    }
    if !query.isEmpty, query.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")) ~= $0 }) {
      guard let index = Int(query), let device = candidates.first(where: { $0.index == index })
      else { throw notFound(query, [], direction) }
      return device
    }
    let wanted = query.lowercased()
    if let device = candidates.first(where: { $0.id == query }) { return device }
    let words = wanted.split(whereSeparator: \.isWhitespace).map(String.init)
    let matches = candidates.filter { Self.matches($0.fullName.lowercased(), words) }
    let exact = matches.filter {
      [$0.name.lowercased(), $0.fullName.lowercased()].contains(wanted)
    }
    // The query may name a missing device.
    if let failure, exact.count != 1 { throw failure }
    if let only = matches.first, matches.count == 1 { return only }
    if let only = exact.first, exact.count == 1 { return only }
    guard !matches.isEmpty else { throw notFound(query, words, direction) }
    throw PortAudioError(.ambiguous(query: query, candidates: matches.map(\.id)))
  }

  /// The best explanation for finding nothing.
  private func notFound(_ query: String, _ words: [String], _ direction: StreamDirection?)
    -> PortAudioError
  {
    if let failure { return failure }
    let closed = devices.first { device in
      device.maxInputChannelCount == 0 && device.maxOutputChannelCount == 0 && !words.isEmpty
        && Self.matches(device.fullName.lowercased(), words)
    }
    guard let closed else {
      return PortAudioError(.notFound(query: query, direction: direction))
    }
    return PortAudioError(.noChannels(closed.id, isPattern: closed.isTakenForPattern))
  }

  private static func matches(_ text: String, _ words: [String]) -> Bool {
    let bytes = Array(text.utf8)
    var position = 0
    for word in words {
      let pattern = Array(word.utf8)
      guard
        let found = (position...Swift.max(position, bytes.count)).first(where: {
          bytes.dropFirst($0).starts(with: pattern)
        })
      else { return false }
      position = found + pattern.count
    }
    return true
  }

  /// One line per device: the mark of a default, index, name, host API and channels.
  public var description: String {
    devices.map(line).joined(separator: "\n")
  }

  /// The line of one device. The index is as wide as PortAudio's highest.
  package func line(for device: Device) -> String {
    let indexWidth = String(portAudioDeviceCount - 1).count
    let mark =
      switch (device.index == defaultInputIndex, device.index == defaultOutputIndex) {
      case (true, true): "*"
      case (true, false): ">"
      case (false, true): "<"
      case (false, false): " "
      }
    let digits = String(device.index)
    let padding = String(repeating: " ", count: Swift.max(0, indexWidth - digits.count))
    return "\(mark) \(padding)\(digits) \(device)"
  }
}
