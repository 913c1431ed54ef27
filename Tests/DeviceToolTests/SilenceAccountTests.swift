import Testing

@testable import DeviceTool

@Suite struct SilenceAccountTests {
  @Test func onlyWhatWasPlayedCounts() {
    var account = SilenceAccount()
    account.add(0..<100, isPadding: true, played: 0)
    #expect(account.played(upTo: 40) == (40, 0))
    #expect(account.played(upTo: 1000) == (100, 0))
    account.add(500..<700, isPadding: false, played: 300)
    #expect(account.played(upTo: 300) == (100, 0))
    #expect(account.played(upTo: 600) == (100, 100))
    #expect(account.played(upTo: 900) == (100, 200))
  }

  @Test func whatIsPartlyPlayedIsKept() {
    var account = SilenceAccount()
    account.add(0..<100, isPadding: true, played: 0)
    account.add(200..<300, isPadding: false, played: 50)
    account.add(400..<500, isPadding: false, played: 350)
    #expect(account.played(upTo: 420) == (100, 120))
  }

  @Test func thereMayBeNone() {
    #expect(SilenceAccount().played(upTo: 1000) == (0, 0))
  }
}
