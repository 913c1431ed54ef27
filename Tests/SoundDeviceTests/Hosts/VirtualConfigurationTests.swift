import Testing

@testable import SoundDevice

struct VirtualConfigurationTests {
  @Test func everyWordIsUnderstood() throws {
    let configuration = try VirtualConfiguration(
      parsing: "rate=44100,block=64,channels=8,latency=1000,pace=fast,"
        + "blocks=random:77,lost@96000,xrun@10:5,stall@50,stall@60:7,freewheel@70:8,"
        + "drift=-50,jitter=7")
    #expect(configuration.sampleRate == 44_100)
    #expect(configuration.blockSize == 64)
    #expect(configuration.blockSeed == 77)
    #expect(configuration.channelCount == 8)
    #expect(configuration.latency == 1000)
    #expect(configuration.pace == .fast)
    #expect(configuration.drift == -50)
    #expect(configuration.jitter == 7)
    #expect(
      configuration.faults == [
        .init(kind: .xrun, position: 10, frameCount: 5),
        .init(kind: .stall, position: 50, frameCount: 0),
        .init(kind: .stall, position: 60, frameCount: 7),
        .init(kind: .freewheel, position: 70, frameCount: 8),
        .init(kind: .lost, position: 96_000, frameCount: 0),
      ])
  }

  @Test func theSinsOfHostsAreUnderstood() throws {
    let configuration = try VirtualConfiguration(
      parsing: "linger,latency=garbage,times=garbage,flags=none,crawl,crawl@70,latency=300")
    #expect(configuration.sins == [.linger, .garbageLatency, .garbageTimes, .noFlags])
    #expect(configuration.latency == 300)
    #expect(
      configuration.faults == [
        .init(kind: .crawl, position: 0, frameCount: 0),
        .init(kind: .crawl, position: 70, frameCount: 0),
      ])
  }

  @Test func nothingIsTheDefault() throws {
    #expect(try VirtualConfiguration(parsing: "") == VirtualConfiguration(pace: .realtime))
    #expect(
      try VirtualConfiguration(parsing: "pace=realtime") == VirtualConfiguration(pace: .realtime))
  }

  @Test func theLatencyFollowsTheBlockUnlessSaid() throws {
    #expect(try VirtualConfiguration(parsing: "block=512").latency == 512)
    #expect(try VirtualConfiguration(parsing: "latency=300,block=512").latency == 300)
  }

  @Test(arguments: [
    "rate=0", "rate=x", "block=", "block=-1", "channels=0", "latency=0", "pace=slow", "speed=1",
    "pace=manual", "xrun", "xrun@1", "xrun@1:0", "xrun@-1:2", "stall@", "stall@1:0",
    "stall@1:2:3", "freewheel@1", "lost@x", "retune@", "retune@1:2", "lost@1:2", "fire@1",
    "crawl@1:2",
    "latency=waste", "times=good", "flags=some", "lingers", "blocks=5", "blocks=random:",
    "drift=x", "drift=200000", "jitter=-1",
  ])
  func nonsenseIsQuotedInOneLine(text: String) {
    let error = #expect(throws: VirtualConfiguration.ParseError.self) {
      try VirtualConfiguration(parsing: text)
    }
    let words = error?.description ?? ""
    #expect(words.hasPrefix("'\(text)': ") && !words.contains("\n") && !words.hasSuffix("."))
  }
}
