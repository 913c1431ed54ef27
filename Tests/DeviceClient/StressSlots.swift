import PCM
import Platform
import SoundDevice

/// Streams that several threads and tasks use at random.
final class StressSlots: Sendable {
  private struct State {
    var device: Device
    var streams: [any AudioStreaming] = []
    var opened = 0
    var steps = 0
    var lost = 0
    /// The streams that tasks use, which may be in no slot any more.
    var inTasks: [Int: any AudioStreaming] = [:]
    var taskCount = 0
  }

  private let query: String
  private let isFaulty: Bool
  private let state: Guarded<State>

  init(query: String, device: Device, isFaulty: Bool) {
    self.query = query
    self.isFaulty = isFaulty
    state = Guarded(State(device: device))
  }

  var opened: Int { state.withLock { $0.opened } }
  var steps: Int { state.withLock { $0.steps } }
  var lost: Int { state.withLock { $0.lost } }

  func add(steps: Int) { state.withLock { $0.steps += steps } }

  func closeAll() {
    let streams = state.withLock { $0.streams + Array($0.inTasks.values) }
    for stream in streams { try? stream.close() }
    state.withLock { $0.streams = [] }
  }

  /// Fails unless every task ends: closing a stream releases whoever waits for it.
  func waitForTasks(seconds: Double) throws {
    let begin = monotonicSeconds()
    while !state.withLock({ $0.inTasks.isEmpty }) {
      check(monotonicSeconds() - begin < seconds, "every task has ended")
      Sound.sleep(for: .milliseconds(5))
    }
  }

  func step(_ generator: inout Generator) {
    let chosen = state.withLock { state in
      state.streams.isEmpty
        ? nil : state.streams[Int(generator.next() % UInt64(state.streams.count))]
    }
    do throws(PortAudioError) {
      switch generator.next() % 16 {
      case 0: try open(&generator)
      case 1, 2, 3: try chosen?.start()
      case 4: try chosen?.stop()
      case 5, 6: try chosen?.abort()
      case 7: try chosen?.close()
      case 8: _ = try chosen?.wait(timeout: .seconds(0.001))
      case 9:
        if let stream = chosen as? AudioStream<Float> {
          _ = try stream.read(frameCount: 32, timeout: .seconds(0.001))
        }
      case 10:
        if let stream = chosen as? AudioStream<Float> {
          try stream.write(SampleBuffer(frameCount: 32, channelCount: 2), timeout: .seconds(0.001))
        }
      case 11: try chosen?.pause()
      case 12: try chosen?.resume()
      case 13: if let chosen { perform(generator.next(), on: chosen) }
      case 14 where isFaulty && generator.next() % 32 == 0: try lookAgain()
      default: _ = (chosen?.isActive, chosen?.losses, chosen?.takeGaps(), chosen?.time)
      }
    } catch { judge(error) }
  }

  private func judge(_ error: PortAudioError) {
    // Whatever a host says of a server that is gone; but nothing that only we say.
    if isFaulty, error.code.rawValue < 0 || error.code == .hostLost {
      if error.code == .hostLost { state.withLock { $0.lost += 1 } }
      return
    }
    let expected: [PortAudioError.Code] = [
      .badStream, .streamIsStopped, .streamIsNotStopped, .timedOut, .cancelled,
      .canNotReadFromACallbackStream, .canNotWriteToACallbackStream,
    ]
    check(expected.contains(error.code), "\(error)")
  }

  /// Looks for the device again, as after its server's death.
  private func lookAgain() throws(PortAudioError) {
    try DeviceList.refresh()
    let device = try Device.find(query)
    state.withLock { $0.device = device }
  }

  /// Waits, reads or writes in a task, which is cancelled half of the time.
  private func perform(_ number: UInt64, on stream: any AudioStreaming) {
    let key: Int? = state.withLock { state in
      guard state.inTasks.count < 16 else { return nil }
      state.taskCount += 1
      state.inTasks[state.taskCount] = stream
      return state.taskCount
    }
    guard let key else { return }
    let task = Task { [self] in
      do {
        switch (number % 4, stream as? AudioStream<Float>) {
        case (0, _): try await stream.wait()
        case (1, let stream?): _ = try await stream.read(frameCount: 100)
        case (2, let stream?):
          try await stream.write(SampleBuffer(frameCount: 100, channelCount: 2))
        case (3, let stream?):
          for try await _ in stream.blocks(frameCount: 64) { if number / 4 % 8 == 0 { break } }
        default: try await stream.stop()
        }
      } catch let error as PortAudioError {
        judge(error)
      } catch { check(error is CancellationError, "\(error)") }
      state.withLock { $0.inTasks[key] = nil }
    }
    if number / 32 % 2 == 0 { task.cancel() }
  }

  private func open(_ generator: inout Generator) throws(PortAudioError) {
    let parameters = StreamParameters(device: state.withLock { $0.device }, channelCount: 2)
    let options = StreamOptions(stallTime: isFaulty ? .seconds(1) : nil)
    let stream: any AudioStreaming
    switch generator.next() % 3 {
    case 0:
      var left = Int(generator.next() % 5000)
      stream = try AudioStream<Float>(
        input: parameters, output: parameters, options: options, finished: {}
      ) { input, output, info in
        for index in output.indices { output[index] = input[index] }
        left -= info.frameCount
        return left > 0 ? .continue : .complete
      }
    case 1: stream = try AudioStream<Float>(input: parameters, output: parameters, options: options)
    default:
      stream = try AudioInputStream<Int16>(parameters, options: options) { _, _ in .continue }
    }
    // The one that goes may still be used by others; its last reference closes it.
    state.withLock { state in
      state.opened += 1
      if state.streams.count >= 6 { state.streams.removeFirst() }
      state.streams.append(stream)
    }
  }
}
