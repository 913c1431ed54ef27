import Testing

@testable import PCM

@Suite struct ChannelMapTests {
  @Test(arguments: [
    ("1", [1]), ("2,1", [2, 1]), ("1,1,1", [1, 1, 1]), ("1-4", [1, 2, 3, 4]),
    ("7,2-3,1", [7, 2, 3, 1]), ("5-5", [5]), ("1024", [1024]),
  ])
  func lists(_ text: String, _ channels: [Int]) throws {
    let map = try ChannelMap(parsing: text)
    #expect(map.channels == channels)
    #expect(map.count == channels.count)
    #expect(map.highest == channels.max())
    #expect(try ChannelMap(parsing: "\(map)") == map)
  }

  @Test(arguments: [
    "", ",", "1,", ",1", "a", "1 2", "1, 2", "-1", "1-", "4-1", "1-2-3", "1.5", "+1",
  ])
  func nonsense(_ text: String) {
    let message = "invalid channels '\(text)', try 1 or 2,1 or 1-4"
    #expect(throws: ChannelMapError(description: message)) { try ChannelMap(parsing: text) }
  }

  @Test(arguments: ["0", "1,0", "0-3", "1025", "1-1025", "99999999999999999999"])
  func beyond(_ text: String) {
    let message = "no such channel in '\(text)', they are counted from 1 to 1024"
    #expect(throws: ChannelMapError(description: message)) { try ChannelMap(parsing: text) }
  }

  @Test func tooMany() {
    #expect(throws: ChannelMapError(description: "more than 1024 channels")) {
      try ChannelMap(parsing: "1-1024,1")
    }
    #expect(throws: ChannelMapError(description: "no channels, try 1 or 2,1")) {
      try ChannelMap([])
    }
    #expect(throws: ChannelMapError(description: "no channel 0, they are counted from 1 to 1024")) {
      try ChannelMap([1, 0])
    }
  }

  @Test func straight() throws {
    #expect(ChannelMap.straight(3).channels == [1, 2, 3])
    #expect(ChannelMap.straight(3).isStraight)
    #expect(try !ChannelMap([2, 1]).isStraight)
  }

  @Test func validates() throws {
    try ChannelMap([2, 1]).validate(channelCount: 2)
    #expect(throws: ChannelMapError(description: "no channel 3, there are only 2")) {
      try ChannelMap([3]).validate(channelCount: 2)
    }
    #expect(throws: ChannelMapError(description: "no channel 2, there is only 1")) {
      try ChannelMap([2]).validate(channelCount: 1)
    }
    let twice = try ChannelMap([1, 2, 1])
    #expect(!twice.isDistinct)
    #expect(throws: ChannelMapError(description: "channel 1 twice, each may be mapped once")) {
      try twice.validate(channelCount: 2)
    }
    try twice.validate(channelCount: 2, allowingRepeats: true)
  }
}
