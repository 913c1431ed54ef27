import Foundation
import Testing

@testable import SoundFile

struct AudioFileErrorTests {
  @Test func systemErrorsSpeakLikeUs() {
    #expect(AudioFileError.system(ENOENT).message == "no such file or directory")
    #expect(AudioFileError.system(ENOSPC).message == "no space left on device")
    #expect(AudioFileError.system(EACCES).message == "permission denied")
    #expect(AudioFileError.system(EIO).message == "input/output error")
    #expect(AudioFileError.system(EPIPE).isBrokenPipe)
  }

  @Test func sentencesOfLibrariesLoseTheirManners() {
    #expect(
      plainText("File contains data in an unknown format.")
        == "file contains data in an unknown format")
    #expect(plainText("WAV file\nis odd. ") == "WAV file is odd")
    #expect(plainText("") == "")
  }
}
