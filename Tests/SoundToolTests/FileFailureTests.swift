import TestSupport
import Testing

@testable import SoundFile
@testable import SoundTool

/// The advice that SoundTool adds to the errors of SoundFile, which knows no option.
@Suite struct FileFailureTests {
  @Test func aRateIsAdvised() {
    let error = AudioFileError.unsupported("opus takes 48 kHz", remedy: .resample(to: 48000))
    #expect(ToolError.of(error, "a.opus").message == "a.opus: opus takes 48 kHz; add -r 48000")
  }

  @Test func aTypeIsAdvisedByTheProgramsOption() {
    let mpeg = AudioFileError.unrecognized("may be MPEG or not", remedy: .nameType([.mp3, .raw]))
    #expect(
      ToolError.of(mpeg, "a", typeOption: "--from").message
        == "a: may be MPEG or not; use --from mp3 or --from raw")
    let other = AudioFileError.unrecognized("no sound", remedy: .nameType([.raw]))
    #expect(ToolError.of(other, "a").message == "a: no sound; for raw samples use -t raw")
  }

  @Test func whatConvertsDependsOnTheKindOfData() {
    #expect(
      ToolError.of(.foreign("MP4"), "a").message
        == "a: MP4, which is not read here; try ffmpeg -i FILE -f au -")
    #expect(ToolError.of(.foreign("PNG"), "a").message == "a: PNG, which is not read here")
    let piped = ToolError.of(.foreign("gzip"), "stdin")
    #expect(piped.message == "stdin: gzip, which is not read here; try gzip -dc -")
    #expect(piped.status == .usage)
  }

  @Test func opusAdvisesARateBeforeAnythingIsOpened() throws {
    let folder = try TemporaryDirectory()
    let plan = try OutputPlan(path: folder.file("a.opus"), type: .auto)
    let error = #expect(throws: ToolError.self) {
      try plan.check(AudioFileFormat(.opus), rate: 44100, channelCount: 2)
    }
    #expect(error?.message.hasSuffix("8, 12, 16, 24 or 48 kHz; add -r 48000") == true)
  }
}
