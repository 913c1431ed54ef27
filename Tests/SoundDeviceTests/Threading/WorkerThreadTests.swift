import Synchronization
import TestSupport
import Testing

@testable import SoundDevice

struct WorkerThreadTests {
  @Test func jobsRunInOrder() async throws {
    let worker = WorkerThread(named: "sd-test-worker")
    let order = Shared<[Int]>([])
    for number in 0..<50 { worker.post { order.update { $0.append(number) } } }
    try await eventually("all jobs") { order.value.count == 50 }
    #expect(order.value == Array(0..<50))
  }

  @Test func itEndsWithoutJobsAndStartsAgain() async throws {
    let worker = WorkerThread(named: "sd-test-worker", lingering: 0)
    let identities = Shared<[Bool]>([])
    for round in 1...3 {
      worker.post { identities.update { $0.append(worker.isCurrent) } }
      try await eventually("the job") { identities.value.count == round }
    }
    #expect(identities.value == [true, true, true] && !worker.isCurrent)
  }

  @Test func idleIsCalledAgainAfterItsPauseAndWhenWoken() async throws {
    let calls = Shared(0)
    let worker = WorkerThread(named: "sd-test-worker") {
      calls.update { $0 += 1 }
      return calls.value < 5 ? 0.001 : nil
    }
    worker.wake()
    try await eventually("five rounds") { calls.value >= 5 }
    let count = calls.value
    worker.wake()
    try await eventually("one more") { calls.value > count }
  }

  @Test func resultsAndFailuresComeBack() async {
    let worker = WorkerThread(named: "sd-test-worker")
    let value: Result<Int, PortAudioError> = await worker.result { () throws(PortAudioError) in 7 }
    #expect(value == .success(7))
    let failure: Result<Int, PortAudioError> = await worker.result { () throws(PortAudioError) in
      throw PortAudioError(.badStream, "testing")
    }
    #expect(failure == .failure(PortAudioError(.badStream, "testing")))
  }
}
