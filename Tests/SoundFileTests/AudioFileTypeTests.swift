import PCM
import Testing

@testable import SoundFile

struct AudioFileTypeTests {
  @Test func namesAndSuffixesAreUnderstood() throws {
    for type in AudioFileType.allCases {
      #expect(try AudioFileType(parsing: type.name.uppercased()) == type)
      #expect(AudioFileType.forPath("/a.b/take.\(type.suffixes[0])") == type)
    }
    #expect(try AudioFileType(parsing: "aif") == .aiff)
    let error = failure { () throws(AudioFileError) in _ = try AudioFileType(parsing: "docx") }
    #expect(error?.kind == .unsupported)
    #expect(error?.message.contains("wav") == true)
  }

  @Test func noTwoTypesShareASuffix() {
    let suffixes = AudioFileType.allCases.flatMap(\.suffixes)
    #expect(Set(suffixes).count == suffixes.count)
  }

  @Test func rawFilesNameTheirEncoding() {
    #expect(AudioFileType.forPath("a.s24le") == .raw)
    #expect(AudioFileType.rawEncoding(forPath: "a.S24LE") == .s24le)
    #expect(AudioFileType.forPath("a.pcm") == .raw)
    #expect(AudioFileType.rawEncoding(forPath: "a.pcm") == nil)
    #expect(AudioFileType.rawEncoding(forPath: "a.wav") == nil)
    for path in ["noise", "a.txt", ".wav", "a.b/c", ""] {
      #expect(AudioFileType.forPath(path) == nil, "\(path)")
    }
  }

  @Test func everyContainerOfLibsndfileHasAName() {
    for major in majorFormats() {
      #expect(AudioFileType.allCases.contains { $0.majorFormat == major }, "\(major)")
    }
  }
}
