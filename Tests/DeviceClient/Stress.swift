import PCM
import Platform
import SoundDevice
import Synchronization

/// Opens, starts, stops, aborts, closes, reads and writes a few streams from several threads at once,
/// in random order, thousands of times.
func stress(on query: String, steps: Int, seed: UInt64) throws {
  let device = try Device.find(query)
  let slots = Slots(device)
  let threadCount = 6
  let rounds = steps / threadCount
  let ended = Atomic<Int>(0)
  for number in 0..<threadCount {
    onThread {
      var generator = Generator(state: seed &* 31 &+ UInt64(number))
      for _ in 0..<rounds { slots.step(&generator) }
      ended.add(1, ordering: .sequentiallyConsistent)
    }
  }
  while ended.load(ordering: .sequentiallyConsistent) < threadCount {
    Sound.sleep(for: .milliseconds(5))
  }
  slots.closeAll()
  // Throws while a stream is open: none may be left.
  try DeviceList.refresh()
  say("\(steps) steps, \(slots.opened) streams")
}

private final class Slots: Sendable {
  private let device: Device
  private let streams = Guarded<[any AudioStreaming]>([])
  private let openCount = Atomic<Int>(0)

  init(_ device: Device) { self.device = device }

  var opened: Int { openCount.load(ordering: .relaxed) }

  func closeAll() {
    for stream in streams.withLock({ $0 }) { try? stream.close() }
    streams.withLock { $0 = [] }
  }

  func step(_ generator: inout Generator) {
    let chosen = streams.withLock { streams in
      streams.isEmpty ? nil : streams[Int(generator.next() % UInt64(streams.count))]
    }
    do throws(PortAudioError) {
      switch generator.next() % 14 {
      case 0: try open(&generator)
      case 1, 2, 3: try chosen?.start()
      case 4: try chosen?.stop()
      case 5, 6: try chosen?.abort()
      case 7: try chosen?.close()
      case 12: try chosen?.pause()
      case 13: try chosen?.resume()
      case 8: _ = try chosen?.wait(timeout: .seconds(0.001))
      case 9:
        if let stream = chosen as? AudioStream<Float> {
          _ = try stream.read(frameCount: 32, timeout: .seconds(0.001))
        }
      case 10:
        if let stream = chosen as? AudioStream<Float> {
          try stream.write(SampleBuffer(frameCount: 32, channelCount: 2), timeout: .seconds(0.001))
        }
      default: _ = (chosen?.isActive, chosen?.losses, chosen?.takeGaps())
      }
    } catch {
      let expected: [PortAudioError.Code] = [
        .badStream, .streamIsStopped, .streamIsNotStopped, .timedOut,
        .canNotReadFromACallbackStream, .canNotWriteToACallbackStream,
      ]
      check(expected.contains(error.code), "\(error)")
    }
  }

  private func open(_ generator: inout Generator) throws(PortAudioError) {
    let parameters = StreamParameters(device: device, channelCount: 2)
    let stream: any AudioStreaming
    switch generator.next() % 3 {
    case 0:
      var left = Int(generator.next() % 5000)
      stream = try AudioStream<Float>(
        input: parameters, output: parameters, finished: {}
      ) { input, output, info in
        for index in output.indices { output[index] = input[index] }
        left -= info.frameCount
        return left > 0 ? .continue : .complete
      }
    case 1: stream = try AudioStream<Float>(input: parameters, output: parameters)
    default:
      stream = try AudioInputStream<Int16>(parameters) { _, _ in .continue }
    }
    openCount.add(1, ordering: .relaxed)
    // The one that goes may still be used by others; its last reference closes it.
    streams.withLock { streams in
      if streams.count >= 6 { streams.removeFirst() }
      streams.append(stream)
    }
  }
}

/// 32 playbacks at once: what comes back is exactly their sum.
func playMany() throws {
  let device = try Device.find("virtual:loopback")
  let parameters = StreamParameters(device: device, channelCount: 1)
  let heard = Atomic<Int>(0)
  let frames = Atomic<Int>(0)
  // Samples are whole multiples of 2⁻¹⁵, so that the sum is a whole number.
  let ear = try AudioInputStream<Float>(parameters) { input, _ in
    var sum = 0
    for index in input.indices { sum += Int(input[index] * 32768) }
    heard.add(sum, ordering: .relaxed)
    frames.add(input.count, ordering: .relaxed)
    return .continue
  }
  try ear.start()
  let data = SampleBuffer<Float>((1...4_800).map { Float($0 % 97) / 32768 })
  let playbacks = try (0..<32).map { _ in try Sound.play(data, device: device) }
  for playback in playbacks { check(try playback.wait(timeout: .seconds(60)).isEmpty, "no flags") }
  let enough = frames.load(ordering: .relaxed) + 4096
  while frames.load(ordering: .relaxed) < enough { Sound.sleep(for: .milliseconds(5)) }
  try ear.close()
  let expected = 32 * (1...4_800).reduce(0) { $0 + $1 % 97 }
  let sum = heard.load(ordering: .relaxed)
  check(sum == expected, "\(sum) is \(expected)")
  say("32 at once")
}

struct Generator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state &* 0x2545_F491_4F6C_DD1D >> 11
  }
}

/// Runs `body` on a thread of its own.
private func onThread(_ body: @escaping @Sendable () -> Void) {
  final class Box: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
  let argument = unsafe Unmanaged.passRetained(Box(body)).toOpaque()
  let run: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
    guard let argument = unsafe argument else { return nil }
    unsafe Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body()
    return nil
  }
  #if canImport(Darwin)
    var thread: pthread_t?
    check(unsafe pthread_create(&thread, nil, { unsafe run($0) }, argument) == 0, "a thread")
    if let thread = unsafe thread { unsafe pthread_detach(thread) }
  #else
    var thread = pthread_t()
    check(unsafe pthread_create(&thread, nil, run, argument) == 0, "a thread")
    pthread_detach(thread)
  #endif
}
