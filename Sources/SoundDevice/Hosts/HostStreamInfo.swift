internal import CPortAudio

extension HostSettings {
  /// Whether PortAudio takes them here: WASAPI and ASIO exist on Windows only.
  var isSupported: Bool {
    #if os(macOS)
      if case .coreAudio = self { return true }
    #endif
    return false
  }
}

extension HostSettings? {
  /// Calls `body` with the settings in PortAudio's form, which is valid until it returns; nil for
  /// none.
  func withStreamInfo<Value>(_ body: (UnsafeMutableRawPointer?) -> Value) -> Value {
    #if os(macOS)
      if case .coreAudio(let settings) = self {
        let map = settings.channelMap.map { Int32(clamping: $0) }
        return unsafe map.withUnsafeBufferPointer { map in
          var info = unsafe PaMacCoreStreamInfo(
            size: UInt(MemoryLayout<PaMacCoreStreamInfo>.size), hostApiType: paCoreAudio,
            version: 1, flags: settings.flags, channelMap: map.isEmpty ? nil : map.baseAddress,
            channelMapSize: UInt(map.count))
          return unsafe withUnsafeMutablePointer(to: &info) {
            unsafe body(UnsafeMutableRawPointer($0))
          }
        }
      }
    #endif
    return body(nil)
  }
}
