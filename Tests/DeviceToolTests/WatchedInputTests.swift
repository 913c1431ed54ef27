import Testing

@testable import DeviceTool

@Suite struct WatchedInputTests {
  @Test func changesHaveTheTimeOfTheirFrame() {
    var reports: [(change: SilenceWatch.Change, captured: Double?)] = []
    let silent = [Float](repeating: 0, count: 480_000)
    let stage = WatchedInput(
      ScriptedSource([frames([1], captured: 100), frames(silent, captured: 200), frames([0, 1])]),
      monoFloats
    ) { reports.append(($0, $1)) }
    var count = 0
    while let segment = stage.next() {
      if case .frames(let frames) = segment { count += frames.count }
    }
    #expect(count == 480_003)
    #expect(reports.map(\.change.frame) == [1, 480_002])
    #expect(reports.first?.captured == 200 && reports.last?.captured == nil)
  }
}
