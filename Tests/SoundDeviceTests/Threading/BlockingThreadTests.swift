import Testing

@testable import SoundDevice

struct BlockingThreadTests {
  @Test func callsRunOneAfterTheOther() async throws {
    let lane = BlockingThread()
    let order = Shared<[Int]>([])
    await withTaskGroup(of: Int?.self) { group in
      for number in 0..<20 {
        group.addTask {
          try? await lane.result { () throws(PortAudioError) in
            order.update { $0.append(number) }
            return number
          }.get()
        }
      }
      var results: Set<Int> = []
      for await result in group { results.insert(result ?? -1) }
      #expect(results == Set(0..<20))
    }
    #expect(Set(order.value) == Set(0..<20))
  }

  @Test func failuresComeThrough() async {
    let result: Result<Int, PortAudioError> = await BlockingThread().result {
      () throws(PortAudioError) in
      throw PortAudioError(.badStream, "testing")
    }
    #expect(result == .failure(PortAudioError(.badStream, "testing")))
  }
}
