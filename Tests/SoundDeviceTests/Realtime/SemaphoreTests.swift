import Testing

@testable import SoundDevice

struct SemaphoreTests {
  @Test func countsPosts() {
    let semaphore = Semaphore()
    #expect(!semaphore.wait(seconds: 0))
    semaphore.post()
    semaphore.post()
    #expect(semaphore.wait(seconds: 0))
    #expect(semaphore.wait(seconds: 0))
    #expect(!semaphore.wait(seconds: 0))
  }
}
