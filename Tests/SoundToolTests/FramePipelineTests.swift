import PCM
import SoundFile
import TestSupport
import Testing

@testable import SoundTool

@Suite struct FramePipelineTests {
  let folder: TemporaryDirectory
  init() throws { folder = try TemporaryDirectory() }

  private func source<T: BitwiseCopyable>(
    _ samples: [T], as encoding: SampleEncoding, rate: Double = 48000, channels: Int = 1
  ) throws -> AudioSource {
    let name = "\(try folder.names().count).raw"
    try folder.write(bytes(of: samples), to: name)
    var options = AudioSource.Options()
    options.raw = RawFormat(encoding: encoding, rate: rate, channelCount: channels)
    return try AudioSource(folder.file(name), options)
  }

  /// All of it, read through a buffer of this many frames.
  private func all<T: BitwiseCopyable>(
    _ pipeline: FramePipeline, as type: T.Type, block: Int = 1000
  ) throws -> [T] {
    let scratch = Scratch()
    let size = pipeline.format.bytesPerFrame
    var result: [UInt8] = []
    while true {
      let count = try scratch.withMutableBytes(block * size) { span throws(ToolError) in
        try pipeline.read(into: &span)
      }
      guard count > 0 else { break }
      #expect(count <= block)
      scratch.withBytes(count * size) { span in
        for index in 0..<span.byteCount {
          result.append(unsafe span.unsafeLoad(fromByteOffset: index, as: UInt8.self))
        }
      }
    }
    #expect(pipeline.position * size == result.count)
    return values(of: type, from: result)
  }

  private func format(
    _ encoding: SampleEncoding, rate: Double = 48000, channels: Int = 1
  ) -> StreamFormat {
    StreamFormat(encoding: encoding, rate: rate, channelCount: channels)
  }

  @Test func bytesPassUntouchedWhereNothingChanges() throws {
    let samples = TestSignal.noise(of: Int16.self, frameCount: 5000, channelCount: 2)
    let pipeline = try FramePipeline(
      [try source(samples, as: .s16le, channels: 2)], to: format(.s16le, channels: 2))
    #expect(pipeline.frameCount == 5000)
    #expect(try all(pipeline, as: Int16.self) == samples)
  }

  @Test(arguments: [SampleEncoding.f32le, .f64le])
  func samplesThatAreNotFiniteDoNotSpoilTheFramesAroundThem(encoding: SampleEncoding) throws {
    var samples = [Double](repeating: 0.25, count: 9000)
    (samples[3000], samples[5000], samples[5001]) = (.nan, .infinity, -.infinity)
    var repaired = samples
    (repaired[3000], repaired[5000], repaired[5001]) = (0, 1, -1)
    let results = try [samples, repaired].map { samples in
      let source =
        encoding == .f64le
        ? try source(samples, as: .f64le) : try source(samples.map(Float.init), as: .f32le)
      let pipeline = try FramePipeline([source], to: format(.f64le, rate: 44_100))
      return (try all(pipeline, as: Double.self), pipeline.clippedCount)
    }
    #expect(results[0].0 == results[1].0)
    #expect(results[0].1 == 3 && results[1].1 == 0)
  }

  @Test func everyInt32SurvivesWiderIntegersAndDoubles() throws {
    let samples = TestSignal.noise(of: Int32.self, frameCount: 3000, channelCount: 1)
    let swapped = try FramePipeline([try source(samples, as: .s32le)], to: format(.s32be))
    #expect(try all(swapped, as: Int32.self).map(\.byteSwapped) == samples)

    // A gain of 0 dB is none; one of +6.02 dB and back again needs all of float64.
    var options = FramePipeline.Options()
    options.gain = Gain(factor: 0.5)
    let halves = try FramePipeline(
      [try source(samples, as: .s32le)], to: format(.f64le), options)
    #expect(
      try all(halves, as: Double.self) == samples.map { Double($0) / 2147483648 * 0.5 })
  }

  @Test func gainClipsAndCounts() throws {
    var options = FramePipeline.Options()
    options.gain = Gain(factor: 2)
    options.dither = false
    let samples: [Float] = [0.25, 0.5, 0.75, -0.5, -0.75]
    let pipeline = try FramePipeline([try source(samples, as: .f32le)], to: format(.s16le), options)
    #expect(try all(pipeline, as: Int16.self) == [16384, 32767, 32767, -32768, -32768])
    // +1.0 exactly is no clip.
    #expect(pipeline.clippedCount == 2)
  }

  @Test func floatOutputIsClippedOnlyIfAskedFor() throws {
    let samples: [Float] = [1.5, -2, 0.5]
    let open = try FramePipeline([try source(samples, as: .f32le)], to: format(.f32le))
    #expect(try all(open, as: Float.self) == samples)
    var options = FramePipeline.Options()
    options.clips = true
    let clipped = try FramePipeline([try source(samples, as: .f32le)], to: format(.f32le), options)
    #expect(try all(clipped, as: Float.self) == [1, -1, 0.5])
    #expect(clipped.clippedCount == 2)
  }

  @Test func mapsSelectReorderAndRepeat() throws {
    var options = FramePipeline.Options()
    options.map = try ChannelMap([3, 1, 1])
    let samples: [Int16] = [1, 2, 3, 4, 5, 6]
    let pipeline = try FramePipeline(
      [try source(samples, as: .s16le, channels: 3)], to: format(.s16le, channels: 3), options)
    #expect(try all(pipeline, as: Int16.self) == [3, 1, 1, 6, 4, 4])
  }

  @Test func monoSpreadsAndManyMix() throws {
    let mono: [Int16] = [7, -8]
    let spread = try FramePipeline([try source(mono, as: .s16le)], to: format(.s16le, channels: 3))
    #expect(try all(spread, as: Int16.self) == [7, 7, 7, -8, -8, -8])

    let stereo: [Float] = [0.5, 0.25, -1, 1]
    let mixed = try FramePipeline(
      [try source(stereo, as: .f32le, channels: 2)], to: format(.f32le))
    #expect(try all(mixed, as: Float.self) == [0.375, 0])

    #expect(throws: ToolError.self) {
      try FramePipeline(
        [try source(mono + mono, as: .s16le, channels: 2)], to: format(.s16le, channels: 3))
    }
  }

  @Test func aMapBeyondTheChannelsNamesInputAndOption() throws {
    var options = FramePipeline.Options()
    options.map = try ChannelMap([3])
    let stereo = try source([Int16](repeating: 0, count: 4), as: .s16le, channels: 2)
    let error = #expect(throws: ToolError.self) {
      try FramePipeline([stereo], to: format(.s16le), options)
    }
    #expect(error?.message == "\(stereo.name): -m 3: no channel 3, there are only 2")
  }

  @Test(arguments: [1, 2, 147, 1000, 44100])
  func resamplingGivesExactlyTheFramesItShould(_ count: Int) throws {
    let samples = TestSignal.noise(frameCount: count, channelCount: 2)
    for (from, to) in [(44100.0, 48000.0), (48000, 44100), (8000, 96000)] {
      let pipeline = try FramePipeline(
        [try source(samples, as: .f32le, rate: from, channels: 2)],
        to: format(.s16le, rate: to, channels: 2))
      let expected = Int((Double(count) * to / from).rounded())
      #expect(pipeline.frameCount == expected)
      #expect(try all(pipeline, as: Int16.self, block: 777).count == expected * 2)
    }
  }

  @Test func inputsOfOneRateAreOneStreamForTheResampler() throws {
    let samples = TestSignal.sine(
      frequency: 997, sampleRate: 44100, frameCount: 9000, channelCount: 1)
    let target = format(.f32le, rate: 48000)
    let whole = try FramePipeline([try source(samples, as: .f32le, rate: 44100)], to: target)
    let parts = try FramePipeline(
      [
        try source(Array(samples[..<13]), as: .f32le, rate: 44100),
        try source([Float](), as: .f32le, rate: 44100),
        try source(Array(samples[13...]), as: .f32le, rate: 44100),
      ], to: target)
    let (one, two) = (try all(whole, as: Float.self), try all(parts, as: Float.self, block: 100))
    #expect(one.count == two.count)
    #expect(zip(one, two).allSatisfy { abs($0 - $1) < 1e-6 })
  }

  @Test func inputsOfDifferentFormatsAreJoinedFrameByFrame() throws {
    let pipeline = try FramePipeline(
      [
        try source([Int16](repeating: 100, count: 441), as: .s16le, rate: 44100),
        try source([Float](repeating: 0.5, count: 480), as: .f32le),
        try source([UInt8](repeating: 0x80, count: 4), as: .u8, channels: 2),
      ], to: format(.f32le))
    #expect(pipeline.frameCount == 480 + 480 + 2)
    let samples = try all(pipeline, as: Float.self)
    #expect(samples.count == 962)
    #expect(samples[480..<960].allSatisfy { $0 == 0.5 })
    #expect(samples[960...].allSatisfy { $0 == 0 })
  }

  @Test func startCountsAtTheInputAndLengthAtTheOutput() throws {
    let first = (0..<10).map { Int16($0) }
    let second = (10..<20).map { Int16($0) }
    func numbers(_ change: (inout FramePipeline.Options) -> Void) throws -> [Int16] {
      var options = FramePipeline.Options()
      change(&options)
      let sources = [try source(first, as: .s16le), try source(second, as: .s16le)]
      let pipeline = try FramePipeline(sources, to: format(.s16le), options)
      let result = try all(pipeline, as: Int16.self, block: 3)
      #expect(pipeline.frameCount == result.count)
      return result
    }
    #expect(try numbers { $0.start = .frames(3) } == Array(3..<20))
    #expect(try numbers { $0.start = .frames(10) } == Array(10..<20))
    #expect(try numbers { $0.start = .frames(13) } == Array(13..<20))
    #expect(try numbers { $0.start = .seconds(13.0 / 48000) } == Array(13..<20))
    #expect(try numbers { $0.start = .frames(20) } == [])
    let beyond = #expect(throws: ToolError.self) { try numbers { $0.start = .frames(21) } }
    #expect(beyond?.message == "all 2 inputs: -S is beyond the end")
    #expect(try numbers { $0.length = .frames(12) } == Array(0..<12))
    #expect(try numbers { $0.length = .frames(0) } == [])
    #expect(
      try numbers {
        $0.start = .frames(8)
        $0.length = .seconds(4.0 / 48000)
      } == [8, 9, 10, 11])
  }

  @Test func passesRepeatWithoutASeam() throws {
    var options = FramePipeline.Options()
    options.passes = 3
    options.start = .frames(1)
    let thrice = try FramePipeline(
      [try source([1, 2] as [Int16], as: .s16le)], to: format(.s16le), options)
    #expect(thrice.frameCount == 5)
    #expect(try all(thrice, as: Int16.self) == [2, 1, 2, 1, 2])

    options.passes = nil
    options.start = nil
    options.length = .frames(5)
    let endless = try FramePipeline(
      [try source([1, 2] as [Int16], as: .s16le)], to: format(.s16le), options)
    #expect(try all(endless, as: Int16.self) == [1, 2, 1, 2, 1])

    options.length = nil
    let empty = try FramePipeline([try source([Int16](), as: .s16le)], to: format(.s16le), options)
    #expect(try all(empty, as: Int16.self) == [])
  }
}
