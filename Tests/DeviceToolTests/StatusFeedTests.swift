import Foundation
import SoundDevice
import SoundTool
import Testing

@testable import DeviceTool

@Suite struct StatusFeedTests {
  @Test func aDescriptorThatIsNotOpenIsAUsageError() {
    #expect(throws: ToolError.usage("--status-fd 9999", "not open")) {
      try StatusFeed(descriptor: 9999)
    }
  }

  @Test func aReaderThatDoesNotKeepUpMissesLinesAndHoldsNothingUp() throws {
    let pipe = Pipe()
    let feed = try StatusFeed(descriptor: pipe.fileHandleForWriting.fileDescriptor)
    // Far more than a pipe holds.
    for index in 0..<10_000 {
      feed.loss(LineGap(cause: .trimmed, frameCount: 3), at: index)
    }
    let bytes = pipe.fileHandleForReading.availableData
    let lines = bytes.split(separator: UInt8(ascii: "\n"))
    #expect(lines.count > 10 && lines.count < 10_000)
    let first = try JSONSerialization.jsonObject(with: Data(lines[0])) as? [String: Any]
    #expect(first?["event"] as? String == "loss" && first?["cause"] as? String == "overflow")
    #expect(first?["frame"] as? Int == 0 && first?["frames"] as? Int == 3)
  }

  @Test func aFileOfASeriesHasItsFirstFrameAndWallTime() throws {
    let pipe = Pipe()
    let feed = try StatusFeed(descriptor: pipe.fileHandleForWriting.fileDescriptor)
    feed.file("take-002.wav", at: 48_000, captured: 1_700_000_000.25)
    let line = try JSONSerialization.jsonObject(with: pipe.fileHandleForReading.availableData)
    let event = try #require(line as? [String: Any])
    #expect(event["event"] as? String == "file" && event["name"] as? String == "take-002.wav")
    #expect(event["frame"] as? Int == 48_000)
    #expect(event["time"] as? Double == 1_700_000_000.25)
  }
}
