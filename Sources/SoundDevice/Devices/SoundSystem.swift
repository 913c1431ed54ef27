internal import CRealtime
package import PCM

extension Device {
  /// The format in which this device passes samples of `format` unchanged, so that the audio thread
  /// converts nothing.
  package func hostFormat(for format: SampleFormat) throws(PortAudioError) -> SampleFormat {
    let index = indexInHost
    return try host.call("asking '\(id)'") { host throws(PortAudioError) in
      host.format(for: format, device: index)
    }
  }
}

/// The libraries below, as programs use them.
package enum SoundSystem {
  /// Prepares PortAudio before its first use: the name that JACK shows, and whether to let messages
  /// from ALSA and JACK through.
  package static func prepare(clientName: String, isChatty: Bool) {
    PortAudioHost.clientName.withLock { $0 = clientName }
    PortAudioHost.isChatty.set(isChatty)
    PortAudioHost.isSilent.set(!isChatty)
    PortAudioHost.wantsRealtime.set()
  }

  /// Shuts the hosts down, as far as they still answer.
  package static func shutDown() { Hosts.shutDown() }

  /// Whether a stream was lost, or a host did not answer, so that exit handlers of its libraries
  /// may hang.
  package static var isLost: Bool { Hosts.portAudio.everLost || Hosts.virtual.everLost }

  /// Gives the calling thread real-time priority, below that of audio threads; false if that is not
  /// permitted.
  package static func makeThreadRealtime() -> Bool { sd_make_thread_realtime(10) }

  /// Blocks the calling thread for this many seconds.
  package static func pause(seconds: Double) { Semaphore().wait(seconds: seconds) }

  /// Why `SD_VIRTUAL` is malformed, or nil.
  package static var virtualConfigurationError: String? {
    do { _ = try Hosts.virtualConfiguration() } catch { return error.description }
    return nil
  }
}
