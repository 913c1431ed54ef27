import PCM
import Testing

@Suite struct DownmixTests {
  private let surround: ChannelLayout
  init() throws { surround = try #require(ChannelLayout(mask: 0x3F, channelCount: 6)) }

  @Test func fiveOneHasTheCoefficientsOfITUScaledToFullScale() {
    let mix = Downmix(surround)
    let scale = 1 / (1 + 2 * 0.5.squareRoot())
    let half = 0.5.squareRoot() * scale
    func isNear(_ a: [Double], _ b: [Double]) -> Bool {
      zip(a, b).allSatisfy { abs($0 - $1) < 1e-12 } && a.count == b.count
    }
    #expect(isNear(mix.left, [scale, 0, half, 0, half, 0]))
    #expect(isNear(mix.right, [0, scale, half, 0, 0, half]))
    #expect(mix.leavesOutLowFrequency)
  }

  @Test(arguments: [0x7, 0x33, 0x37, 0x3F, 0x60F, 0x70F, 0x63F, 0xFF, 0x3FFFF] as [UInt32])
  func fullScaleEverywhereStaysFullScale(_ mask: UInt32) throws {
    let layout = try #require(ChannelLayout(mask: mask, channelCount: mask.nonzeroBitCount))
    let mix = Downmix(layout)
    for signs in [1.0, -1.0] {
      var frame = [Double](repeating: signs, count: layout.channelCount)
      var span = frame.mutableSpan
      mix.apply(to: &span)
      #expect(abs(frame[0]) <= 1 + 1e-12 && abs(frame[1]) <= 1 + 1e-12)
      #expect(max(abs(frame[0]), abs(frame[1])) > 0.99)
    }
  }

  @Test func framesShrinkInPlace() {
    var samples: [Float] = [0, 0, 0, 9, 0, 0, 1, -1, 0, 9, 0, 0]
    var span = samples.mutableSpan
    let mix = Downmix(surround)
    mix.apply(to: &span)
    #expect(samples[0] == 0 && samples[1] == 0)
    #expect(samples[2] == Float(mix.left[0]) && samples[3] == -Float(mix.right[1]))
  }
}
