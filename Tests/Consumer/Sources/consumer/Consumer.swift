import Foundation
import PCM
import SoundDevice

/// Plays and records through the virtual loopback, with Foundation imported beside: its `Stream`,
/// `InputStream`, `OutputStream`, and the C library's `wait`, `sleep` and `stat`, are all in scope.
@main struct Consumer {
  static func main() throws {
    let started = Date()
    let device = try Device.find("virtual:loopback")
    Defaults.current.setDevice("virtual:loopback")
    guard rampIsRight() else { throw CocoaError(.featureUnsupported) }

    let data = SampleBuffer<Float>((1...2_000).map { Float($0) / 4_096 })
    let heard = try Sound.playAndRecord(data, inputChannelCount: 1).wait(timeout: .seconds(30))
    let sound = heard.samples.drop { $0 == 0 }
    guard sound.elementsEqual(data.samples.prefix(sound.count)), sound.count > 1_000 else {
      throw CocoaError(.featureUnsupported)
    }

    try Sound.play(data, mapping: ChannelMap([2]))
    try Sound.wait(timeout: .seconds(30))
    try Sound.play(data, loop: true)
    Sound.sleep(for: .milliseconds(10))
    try Sound.stop()
    guard Sound.status.isEmpty, Sound.stream?.isClosed == true else {
      throw CocoaError(.featureUnsupported)
    }
    try playWithTheAncestorsFunctions()

    let input = try AudioInputStream<Int16>(StreamParameters(channelCount: 1))
    let output = try AudioOutputStream<Int16>(StreamParameters(channelCount: 1))
    try input.start()
    try output.start()
    let (block, flags) = try input.read(frameCount: 100, timeout: .seconds(30))
    try output.write(block, timeout: .seconds(30))
    try output.stop()
    try input.close()

    try beep(on: device)

    let take = try Sound.record(frameCount: 480, of: Double.self)
    let seconds = Date().timeIntervalSince(started)
    print("consumed", try take.wait(timeout: .seconds(30)).frameCount, flags, seconds > 0)
  }
}
