import PCM

@testable import SoundDevice

/// A host of which only its thread is of interest.
class FakeHost: Host, @unchecked Sendable {
  var hasDied: Bool { false }
  func listing() throws(PortAudioError) -> HostListing { HostListing() }
  func restart() throws(PortAudioError) {}
  func shutDown() {}
  func check(_ configuration: HostConfiguration) throws(PortAudioError) {}
  func format(for format: SampleFormat, device index: Int) -> SampleFormat { .float32 }
  func open(_ configuration: HostConfiguration, trampoline: Trampoline) throws(PortAudioError)
    -> any HostStream
  {
    throw PortAudioError(.invalidDevice, configuration.operation)
  }
}

/// A value that threads share.
final class Shared<Value: Sendable>: Sendable {
  private let storage: Guarded<Value>

  init(_ value: Value) { storage = Guarded(value) }

  var value: Value { storage.withLock { $0 } }

  func update(_ change: @Sendable (inout Value) -> Void) { storage.withLock { change(&$0) } }
}
