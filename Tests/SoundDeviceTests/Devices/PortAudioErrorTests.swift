import Testing

@testable import SoundDevice

struct PortAudioErrorTests {
  @Test func saysOperationComplaintAndCode() {
    #expect(
      PortAudioError(.invalidSampleRate, "opening input stream").description
        == "opening input stream: Invalid sample rate [PaErrorCode -9997]")
    #expect(
      PortAudioError(
        .unanticipatedHostError, "opening", hostError: .init(code: -16, text: "busy")
      ).description.contains("(busy [-16]) [PaErrorCode -9999]"))
  }

  /// PortAudio's own words for every code, so that a wrong number here is seen.
  @Test(arguments: [
    (PortAudioError.Code.invalidChannelCount, "Invalid number of channels"),
    (.invalidDevice, "Invalid device"), (.invalidFlag, "Invalid flag"),
    (.sampleFormatNotSupported, "Sample format not supported"),
    (.badIODeviceCombination, "Illegal combination of I/O devices"),
    (.bufferTooBig, "Buffer too big"), (.bufferTooSmall, "Buffer too small"),
    (.badStream, "Invalid stream pointer"), (.timedOut, "Wait timed out"),
    (.deviceUnavailable, "Device unavailable"), (.streamIsStopped, "Stream is stopped"),
    (.streamIsNotStopped, "Stream is not stopped"),
    (.canNotReadFromACallbackStream, "Can't read from a callback stream"),
    (.canNotWriteToACallbackStream, "Can't write to a callback stream"),
    (.canNotReadFromAnOutputOnlyStream, "Can't read from an output only stream"),
    (.canNotWriteToAnInputOnlyStream, "Can't write to an input only stream"),
  ])
  func wordsArePortAudios(code: PortAudioError.Code, words: String) {
    #expect(PortAudioError(code, "x").text == words)
  }

  @Test func ourOwnCodesAreNotPortAudios() {
    #expect(
      PortAudioError(.hostLost, "reading stream").description
        == "reading stream: the sound system does not answer")
    #expect(PortAudioError(.cancelled, "writing stream").description == "writing stream: cancelled")
  }

  /// PortAudio's PulseAudio host lets PulseAudio's own codes through.
  @Test func aPositiveCodeOfTheStartIsAFailure() {
    let error = PortAudioError(startCode: 1, "starting PortAudio")
    #expect(error?.code == .unanticipatedHostError && error?.hostError?.code == 1)
    #expect(error?.description.contains("no PulseAudio server") == true)
    #expect(PortAudioError(startCode: 0, "x") == nil && PortAudioError(startCode: -1, "x") == nil)
  }

  @Test func theVersionIsPortAudios() {
    let version = Sound.portAudioVersion
    #expect(version.number >= 1899 && version.text.contains("PortAudio"))
  }
}
