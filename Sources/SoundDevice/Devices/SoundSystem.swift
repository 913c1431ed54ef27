internal import CRealtime
package import PCM

extension Device {
  /// The format in which data of `format` passes through this device unharmed, so that nothing is
  /// converted on the audio thread.
  package func hostFormat(for format: SampleFormat) throws(PortAudioError) -> SampleFormat {
    let index = indexInHost
    return try host.call("asking '\(id)'") { host throws(PortAudioError) in
      host.format(for: format, device: index)
    }
  }
}

/// The libraries below, for programs.
package enum SoundSystem {
  /// Prepares PortAudio before its first use: the name JACK shows, and whether what ALSA and JACK
  /// print is let through.
  package static func prepare(clientName: String, isChatty: Bool) {
    PortAudioHost.clientName.withLock { $0 = clientName }
    PortAudioHost.isChatty.set(isChatty)
    PortAudioHost.isSilent.set(!isChatty)
    PortAudioHost.wantsRealtime.set()
  }

  /// Ends the hosts in order, as far as they still answer.
  package static func shutDown() { Hosts.shutDown() }

  /// Whether a stream was lost, or a host did not answer, so that exit handlers of its libraries may hang.
  package static var isLost: Bool { Hosts.portAudio.everLost || Hosts.virtual.everLost }

  /// Gives the calling thread real-time priority, below that of audio threads; false where that is
  /// not allowed.
  package static func makeThreadRealtime() -> Bool { sd_make_thread_realtime(10) }

  /// Holds the calling thread for so long.
  package static func pause(seconds: Double) { Semaphore().wait(seconds: seconds) }

  /// What `SD_VIRTUAL` cannot be understood for, or nil.
  package static var virtualConfigurationError: String? {
    do { _ = try Hosts.virtualConfiguration() } catch { return error.description }
    return nil
  }
}

/// PortAudio's version number and text.
///
/// The ancestor's `get_portaudio_version()`; corresponds to `Pa_GetVersion` and
/// `Pa_GetVersionText`. Any thread.
public func portAudioVersion() -> (number: Int, text: String) { PortAudioHost.version }
