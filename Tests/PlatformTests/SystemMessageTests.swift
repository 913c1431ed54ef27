import Platform
import Testing

struct SystemMessageTests {
  @Test func theWordsAreTheSystemsInLowerCase() {
    #expect(systemMessage(ENOENT) == "no such file or directory")
    #expect(systemMessage(EBADF) == "bad file descriptor")
    #expect(systemMessage(EACCES) == "permission denied")
    #expect(systemMessage(ENOSPC) == "no space left on device")
  }
}
