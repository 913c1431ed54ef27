import SoundDevice
import SoundFile
import SoundTool
import Testing

@testable import DeviceTool

@Suite struct DuplexPlanTests {
  @Test func aPairIsReadByDirection() {
    let pair = DuplexPair(input: 3, output: 4)
    #expect(pair[.input] == 3 && pair[.output] == 4)
  }

  /// What is played beyond full scale is counted instead of wrapping around.
  @Test func playedSoundIsClipped() throws {
    #expect(PlayRecordPlan(output: try OutputPlan(path: nil, type: .named(.raw))).sound.clips)
  }
}
