import Platform
import SoundFile
import TestSupport
import Testing

@testable import SoundTool

@Suite struct ToolErrorTests {
  @Test func messagesAreSubjectThenComplaint() {
    #expect(ToolError.usage("-r", "bad").message == "-r: bad")
    #expect(ToolError.usage("-r", "bad").status == .usage)
    #expect(ToolError.failure("", "bad").message == "bad")
    #expect(ToolError.framesLost("stdin", "gone").status.rawValue == 3)
    #expect(ToolError.brokenPipe("stdout").message == "stdout: broken pipe")
    #expect(ToolError.stopped.message.isEmpty)
  }

  @Test func theWorseStatusWins() {
    let ranked: [SoundTool.ExitStatus] = [.success, .framesLost, .failure, .usage]
    for (index, status) in ranked.enumerated() {
      for (other, lesser) in ranked.enumerated() {
        #expect(status.worse(than: lesser) == (index > other))
      }
    }
  }

  @Test func filesAreTheSameByAnyName() throws {
    let folder = try TemporaryDirectory()
    let path = try folder.write([1, 2, 3], to: "a")
    try folder.write([1, 2, 3], to: "b")
    let file = try #require(FileIdentity(path: path))
    #expect(file.isRegularFile)
    #expect(file.byteCount == 3)
    #expect(
      file.isSameFile(
        as: try #require(
          FileIdentity(path: folder.path + "/../\(folder.path.split(separator: "/").last ?? "")/a"))
      ))
    #expect(!file.isSameFile(as: try #require(FileIdentity(path: folder.file("b")))))
    #expect(FileIdentity(path: folder.file("c")) == nil)
    #expect(FileIdentity(path: "/dev/null")?.isRegularFile == false)
  }

  @Test func aUsageErrorNamesTheVariable() {
    let complaint = InvalidValue("a rate below 1000 Hz")
    #expect(
      complaint.usage(of: "SD_RATE", value: "48", joint: "=").message
        == "SD_RATE=48: a rate below 1000 Hz")
    #expect(
      InvalidValue("what is '48'").usage(of: "SD_RATE", value: "48", joint: "=").message
        == "SD_RATE: what is '48'")
  }
}
