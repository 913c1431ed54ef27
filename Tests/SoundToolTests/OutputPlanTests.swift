import PCM
import SoundFile
import TestSupport
import Testing

@testable import SoundTool

@Suite struct OutputPlanTests {
  let folder: TemporaryDirectory
  init() throws { folder = try TemporaryDirectory() }

  @Test func theNameTellsTheTypeUnlessTheOptionDoes() throws {
    let plan = try OutputPlan(path: folder.file("a.FLAC"), type: .auto)
    #expect(plan.type == .flac)
    #expect(!plan.isStream)
    #expect(try OutputPlan(path: folder.file("a.flac"), type: .named(.caf)).type == .caf)
    let raw = try OutputPlan(path: folder.file("a.s16be"), type: .auto)
    #expect(raw.type == .raw)
    #expect(raw.encodingInName == .s16be)
    let error = #expect(throws: ToolError.self) {
      try OutputPlan(path: folder.file("take"), type: .auto)
    }
    #expect(error?.status == .usage)
    #expect(error?.message.contains("-t") == true)
  }

  @Test func aDeviceIsAStream() throws {
    let plan = try OutputPlan(path: "/dev/null", type: .auto)
    #expect(plan.isStream)
    #expect(plan.type == .raw)
    let error = #expect(throws: ToolError.self) {
      try OutputPlan(path: "/dev/null", type: .named(.caf))
    }
    #expect(
      error?.message == "/dev/null: caf cannot be written to a pipe, try au, wav, flac or ogg")
    #expect(error?.status == .usage)
  }

  @Test func whatTheTypeCannotHoldIsAUsageError() throws {
    let plan = try OutputPlan(path: folder.file("a.flac"), type: .auto)
    try plan.check(.s24le, rate: nil, channelCount: nil)
    try plan.check(nil, rate: nil, channelCount: nil)
    let error = #expect(throws: ToolError.self) {
      try plan.check(.f64le, rate: nil, channelCount: nil)
    }
    #expect(error?.status == .usage)
    #expect(throws: ToolError.self) {
      try plan.check(AudioFileFormat(.flac), rate: 48000, channelCount: 9)
    }
  }

  @Test func anInputIsNoOutput() throws {
    let path = try folder.write([0, 0], to: "a.raw")
    let input = try AudioSource(path)
    let error = #expect(throws: ToolError.self) {
      try OutputPlan(path: folder.path + "/./a.raw", type: .auto).refuse([input])
    }
    #expect(error?.status == .usage)
    try OutputPlan(path: folder.file("b.raw"), type: .auto).refuse([input])
  }
}
