import PCM
import Synchronization

@testable import SoundDevice

/// Virtual devices of a test's own: what happens to them happens to no other test.
struct VirtualBench {
  let host: HostThread
  let list: DeviceList

  /// - Parameter configuration: As `SD_VIRTUAL` has it; `pace=fast` unless it names a pace.
  init(_ configuration: String = "") throws {
    let paced = configuration.contains("pace=") ? configuration : configuration + ",pace=fast"
    host = HostThread(
      .virtual, name: "sd-test-virtual",
      host: VirtualHost(configuration: try VirtualConfiguration(parsing: paced)))
    let listing = try host.call("listing", limit: 5) {
      host throws(PortAudioError) in try host.listing()
    }
    list = DeviceList([(host, listing)])
  }

  var openStreamCount: Int { host.openStreamCount.load(ordering: .relaxed) }
  var null: Device { list[0] }
  var loopback: Device { list[1] }

  func parameters(
    _ channelCount: Int? = nil, map: ChannelMap? = nil, of device: Device? = nil
  ) -> StreamParameters {
    StreamParameters(device: device ?? loopback, channelCount: channelCount, channelMap: map)
  }
}

extension Recording {
  /// Records on until everything that has been played by now has come back, then stops.
  func stopWhenAllHasComeBack() throws {
    let enough = recordedFrameCount + 2048
    while recordedFrameCount < enough, isActive { Sound.sleep(for: .milliseconds(2)) }
    try stop()
  }
}

/// The code of the error that `body` throws, or nil.
func code(of body: () throws -> Void) -> PortAudioError.Code? {
  do { try body() } catch { return (error as? PortAudioError)?.code }
  return nil
}
