import PCM
import SoundDevice

typealias Snippet = (name: String, run: @Sendable () async throws -> Void)

/// Every snippet of the articles, word for word: `ArticleTests` compares them, and runs them all.
let snippets =
  guideSnippets + testingSnippets + fromPythonSnippets + exampleSnippets + programSnippets

private let guideSnippets: [Snippet] = [
  ("SoundDevice 1", soundDevice1),
  ("GettingStarted 1", gettingStarted1),
  ("GettingStarted 2", gettingStarted2),
  ("GettingStarted 3", gettingStarted3),
  ("GettingStarted 4", gettingStarted4),
  ("GettingStarted 5", gettingStarted5),
  ("GettingStarted 6", gettingStarted6),
  ("GettingStarted 7", gettingStarted7),
  ("GettingStarted 8", gettingStarted8),
  ("GettingStarted 9", gettingStarted9),
  ("GettingStarted 10", gettingStarted10),
  ("GettingStarted 11", gettingStarted11),
  ("CallbackRules 1", callbackRules1),
  ("CallbackRules 2", callbackRules2),
  ("CallbackRules 3", callbackRules3),
]

private func soundDevice1() throws {
  let take = try Sound.record(frameCount: 4_800, channelCount: 2).wait()
  try Sound.play(take).wait()
}

private func gettingStarted1() throws {
  let tone = SampleBuffer<Float>((0..<4_800).map { $0 / 20 % 2 == 0 ? 0.1 : -0.1 })
  let playback = try Sound.play(tone, sampleRate: 48_000)
  try playback.wait()
}

private func gettingStarted2() throws {
  let recording = try Sound.record(frameCount: 4_800, of: Int16.self, channelCount: 2)
  let take = try recording.wait()
  print(take.frameCount, "frames of", take.channelCount, "channels")
}

private func gettingStarted3() throws {
  let recording = try Sound.record(frameCount: 4_800, channelCount: 1)
  do {
    try Sound.play(recording.wait()).wait()
  } catch {
    print("\(error); kept \(recording.recorded.frameCount) frames")
  }
}

private func gettingStarted4() throws {
  let sweep = SampleBuffer<Float>(frameCount: 4_800)
  let response = try Sound.playAndRecord(sweep, inputChannelCount: 1).wait()
  print(response.frameCount == sweep.frameCount)
}

private func gettingStarted5() throws {
  print(try DeviceList.current())
  let device = try Device.find("virtual loopback", for: .output)
  try Sound.play(SampleBuffer<Float>(frameCount: 480), device: device).wait()
}

private func gettingStarted6() throws {
  Defaults.current.sampleRate = 48_000
  Defaults.current.input.channelCount = 1
  Defaults.current.output.device = try Device.find("virtual:null")
  Defaults.reset()
}

private func gettingStarted7() throws {
  let stereo = StreamParameters(channelCount: 2)
  let wire = try AudioStream<Float>(input: stereo, output: stereo) { input, output, info in
    output.copy(from: input)
    return .continue
  }
  try wire.run { Sound.sleep(for: .milliseconds(100)) }
}

private func gettingStarted8() throws {
  let mono = StreamParameters(channelCount: 1)
  let microphone = try AudioInputStream<Int16>(mono)
  let speaker = try AudioOutputStream<Int16>(mono)
  try microphone.start()
  try speaker.start()
  for _ in 0..<4 {
    let (block, flags) = try microphone.read(frameCount: 512)
    if !flags.isEmpty { print(flags) }
    try speaker.write(block, timeout: .seconds(1))
  }
  try microphone.stop()
  try speaker.stop()
}

private func gettingStarted9() async throws {
  let mono = StreamParameters(channelCount: 1)
  let stream = try AudioStream<Float>(input: mono, output: mono)
  try await stream.start()
  for try await block in stream.blocks(frameCount: 512) {
    if block.lostFrameCount > 0 { print("lost", block.lostFrameCount, "frames") }
    try await stream.write(block.buffer)
    if stream.losses.input.delivered > 2_000 { break }
  }
  try await stream.abort()
}

private func gettingStarted10() throws {
  let tone = SampleBuffer<Int16>((0..<60_000).map { $0 / 50 % 2 == 0 ? 900 : -900 })
  var options = StreamOptions(sampleRate: 48_000)
  options.prebuffersOutput = true
  let mono = StreamParameters(channelCount: 1)
  let speaker = try AudioOutputStream<Int16>(mono, options: options)
  let isInterrupted = { false }

  // What the ring holds before the start plays from the first block on.
  var done = speaker.prefill(tone.samples.span)
  try speaker.start()
  while done < tone.frameCount, !isInterrupted() {
    let rest = tone.samples.span.extracting(done..<tone.frameCount)
    done += try speaker.write(rest, until: isInterrupted)
  }
  speaker.endOutput()
  while try !speaker.wait(timeout: .seconds(0.1)) {
    for gap in speaker.takeGaps() {
      print(gap.frameCount, "frames of silence at frame", gap.position)
    }
  }
  print(speaker.losses.output.delivered, "frames played")
  try speaker.stop()
}

private func gettingStarted11() throws {
  let mono = StreamParameters(channelCount: 1)
  let microphone = try AudioInputStream<Float>(mono)
  var reader = InputReader(microphone)
  var block = [Float](repeating: 0, count: 1_024)
  var take: [Float] = []

  try microphone.start()
  recording: while true {
    var room = block.mutableSpan
    switch try reader.next(into: &room) {
    case .frames(let count):
      take += block[..<count]
    case .gap(let gap):
      print(gap.frameCount, "frames missing at frame", gap.position)
      take += [Float](repeating: 0, count: gap.frameCount)
    case .interrupted:
      break
    case .end:
      break recording
    }
    // What was captured before the stop is still given.
    if take.count >= 4_800 { try microphone.abort() }
  }
  print(take.count, "frames recorded")
}

private func callbackRules1() throws {
  var phase: Float = 0
  let parameters = StreamParameters(channelCount: 2)
  let saw = try AudioOutputStream<Float>(parameters) { output, info in
    for frame in 0..<info.frameCount {
      phase += 440 / 48_000
      if phase > 1 { phase -= 2 }
      output[2 * frame] = 0.1 * phase
      output[2 * frame + 1] = 0.1 * phase
    }
    return .continue
  }
  try saw.run { Sound.sleep(for: .milliseconds(50)) }
}

private func callbackRules2() throws {
  var left = 4_800
  let parameters = StreamParameters(channelCount: 1)
  let short = try AudioOutputStream<Float>(
    parameters, finished: { print("played") }
  ) { output, info in
    left -= info.frameCount
    return left > 0 ? .continue : .complete
  }
  try short.start()
  try short.wait()
  try short.close()
}

private func callbackRules3() throws {
  let stream = try AudioInputStream<Float>(StreamParameters(channelCount: 1))
  try stream.start()
  let (block, _) = try stream.read(frameCount: 1_000, timeout: .seconds(5))
  try stream.stop()
  for gap in stream.takeGaps() {
    print(gap.cause, "at frame", gap.position, "of", gap.frameCount, "frames")
  }
  print(block.frameCount, "read,", stream.losses.input.dropped, "dropped")
}
