import PCM
import SoundDevice
import SoundTool
import Testing

@testable import DeviceTool

/// `virtual:null` has two channels in each direction and takes every rate, unless `SD_VIRTUAL` says
/// otherwise. A query for any other device would start PortAudio before this process's tests on JACK
/// have their server.
@Suite struct AgreementTests {
  private func side(_ change: (inout SidePlan) -> Void = { _ in }) -> SidePlan {
    var side = SidePlan(device: "virtual:null", encoding: .f32le, latency: .high)
    change(&side)
    return side
  }

  private func message(_ body: () throws -> Agreement) -> String? {
    do {
      _ = try body()
      return nil
    } catch let failure as DeviceFailure {
      return failure.tool.message
    } catch {
      return "\(error)"
    }
  }

  @Test func aDirectionAloneIsBoth() throws {
    let agreement = try Agreement(StreamPlan(), output: side(), rate: 44_100)
    #expect(agreement.output.direction == .output && agreement.input.direction == .output)
    #expect(agreement.output.channelCount == 2 && agreement.output.bytesPerFrame == 8)
    #expect(agreement.options.sampleRate == 44_100)
    #expect(agreement.options.bufferFrameCount == 44_100)
  }

  @Test func bothDirectionsHaveOneRate() throws {
    let agreement = try Agreement(StreamPlan(), input: side(), output: side(), rate: nil)
    #expect(agreement.input.direction == .input && agreement.output.direction == .output)
    #expect(agreement.options.sampleRate == agreement.output.device.defaultSampleRate)
  }

  @Test func channelsAreThePlansTheMapsOrTheDevices() throws {
    func count(_ change: (inout SidePlan) -> Void) throws -> Int {
      try Agreement(StreamPlan(), output: side(change), rate: 48_000).output.channelCount
    }
    #expect(try count { _ in } == 2)
    #expect(try count { $0.channelCount = 1 } == 1)
    let map = try ChannelMap([1])
    #expect(try count { $0.map = map } == 1)
    #expect(
      try count {
        $0.channelCount = 64
        $0.mixesDown = true
      } == 2)
  }

  @Test func oneChannelIsSpreadOverTwo() throws {
    let plan = side {
      $0.channelCount = 1
      $0.spreadsMono = true
    }
    let output = try Agreement(StreamPlan(), output: plan, rate: 48_000).output
    #expect(output.parameters.channelMap == .straight(2) && output.channelCount == 1)
  }

  @Test func moreChannelsThanTheDeviceHasAreRefused() {
    let plan = side {
      $0.channelCount = 64
      $0.remedy = "; use -m"
    }
    let words = message { try Agreement(StreamPlan(), input: plan, rate: 48_000) }
    #expect(words?.hasPrefix("virtual:null, Virtual: input has ") == true, "\(words ?? "")")
    #expect(words?.hasSuffix(", not 64; use -m") == true, "\(words ?? "")")
  }

  @Test func latencyCountsFramesAtTheStreamsRate() throws {
    let plan = side { $0.latency = .time(.frames(441)) }
    let output = try Agreement(StreamPlan(), output: plan, rate: 44_100).output
    #expect(output.parameters.latency == .seconds(0.01))
  }
}
