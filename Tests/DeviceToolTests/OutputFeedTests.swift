import Testing

@testable import DeviceTool

@Suite struct OutputFeedTests {
  @Test func aPipeThatIsAlwaysReadyIsFasterThanTime() {
    var pace = SourcePace()
    for _ in 1..<SourcePace.window { pace.note(isReady: true) }
    #expect(!pace.isFasterThanTime)
    pace.note(isReady: true)
    #expect(pace.isFasterThanTime)
    // Until it is late once.
    pace.note(isReady: false)
    #expect(!pace.isFasterThanTime)
  }
}
