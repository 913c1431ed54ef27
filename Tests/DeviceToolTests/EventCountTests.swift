import Testing

@testable import DeviceTool

@Suite struct EventCountTests {
  @Test func eachEventKnowsWhatWasDiscardedSinceTheLast() {
    var events = EventCount()
    let (begin, end) = (Mark(isBegin: true, captured: nil), Mark(isBegin: false, captured: nil))
    events.discard(5)
    events.discard(2)
    #expect(events.mark(begin) == 7 && events.mark(end) == 0)
    events.discard(3)
    #expect(events.mark(begin) == 3)
    #expect(events.count == 2 && events.untriggered == 10)
  }
}
