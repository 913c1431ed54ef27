import Testing

@testable import SoundDevice

struct PaceMeterTests {
  private let rate = 48_000.0

  @Test func oneCallbackAPeriod() {
    var meter = PaceMeter()
    for index in 0..<20 {
      meter.advance(frameCount: 256, sampleRate: rate, now: Double(index * 256) / rate)
    }
    #expect(meter.period == 256 && !meter.isFreewheeling)
  }

  /// After `jack_bufsize 2048` PortAudio calls twice with 1024 frames, back to back.
  @Test func callbacksBackToBackAreOnePeriod() {
    var meter = PaceMeter()
    for index in 0..<20 {
      let time = Double(index * 2048) / rate
      meter.advance(frameCount: 1024, sampleRate: rate, now: time)
      meter.advance(frameCount: 1024, sampleRate: rate, now: time + 0.0001)
    }
    #expect(meter.period == 2048 && !meter.isFreewheeling)
    #expect(meter.longestPeriod == 2048)
  }

  @Test func theFirstPeriodMayBeLongerThanItLooks() {
    var meter = PaceMeter()
    meter.advance(frameCount: 1024, sampleRate: rate, now: 0)
    meter.advance(frameCount: 1024, sampleRate: rate, now: 0.0001)
    #expect(meter.longestPeriod >= 2048)
  }

  @Test func fasterThanTwiceRealTimeIsFreewheeling() {
    var meter = PaceMeter()
    var time = 0.0
    for _ in 0..<200 {
      meter.advance(frameCount: 1024, sampleRate: rate, now: time)
      time += 0.0001
    }
    #expect(meter.isFreewheeling && meter.period == 1024)
    for _ in 0..<200 {
      meter.advance(frameCount: 256, sampleRate: rate, now: time)
      time += 256 / rate
    }
    #expect(!meter.isFreewheeling && meter.period == 256)
  }

  @Test func fillingTheBufferOfTheHostIsNoFreewheeling() {
    var meter = PaceMeter(buffered: 0.4)
    for index in 0..<100 {
      let time = index < 4 ? Double(index) * 0.0001 : Double(index - 4) * 0.1
      meter.advance(frameCount: 4800, sampleRate: rate, now: time)
      #expect(!meter.isFreewheeling)
    }
  }

  @Test func beginningLateIsNoFreewheeling() {
    var meter = PaceMeter(startTime: 0)
    for index in 0..<400 {
      let time = max(2, Double(index) * 0.01)
      meter.advance(frameCount: 480, sampleRate: rate, now: time + Double(index) * 1e-5)
      #expect(!meter.isFreewheeling)
    }
  }

  @Test func makingUpForADelayIsNoFreewheeling() {
    var meter = PaceMeter()
    func run(seconds: Double, from start: Double, pace: Double) -> Double {
      var time = start
      for _ in 0..<Int(seconds * rate / 256) {
        meter.advance(frameCount: 256, sampleRate: rate, now: time)
        time += 256 / rate / pace
      }
      return time
    }
    var time = run(seconds: 1, from: 0, pace: 1)
    time = run(seconds: 3, from: time + 3, pace: 50)
    #expect(!meter.isFreewheeling)
    _ = run(seconds: 2, from: time, pace: 50)
    #expect(meter.isFreewheeling)
  }
}
