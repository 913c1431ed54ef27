import PCM
import SoundDevice
import SoundTool
import Testing

@testable import DeviceTool

@Suite struct DeviceRecordTests {
  private var ledger: LossReport {
    var report = LossReport()
    report.input.hostFrameCount = 1 << 40
    report.input.delivered = 2
    report.input.dropped = 3
    report.input.discarded = 4
    report.input.lost = 5
    report.input.lossCount = 6
    report.input.lostIsEstimated = true
    report.pausedFrameCount = 7
    return report
  }

  private var gap: LineGap {
    var gap = LineGap(cause: .overflow, frameCount: 123)
    gap.age = 4
    gap.isFreewheeling = true
    return gap
  }

  @Test func everyRecordArrivesAsItWas() throws {
    let format = StreamFormat(encoding: .s24le, rate: 44_100.5, channelCount: 3)
    let head = DeviceRecord.FramesHead(
      count: 480, captured: 1.5e9, startTime: nil, periodFrameCount: 256)
    let records: [DeviceRecord] = [
      .opened(OpenedDevice(id: "Mikrofon ü: a\nb, ALSA #2", format: format, latency: 0.02)),
      .frames(head), .gap(gap), .ledger(ledger), .failed(.failure("dev", "device lost")), .stopped,
    ]
    for record in records {
      let bytes = record.bytes
      let head = Array(bytes.prefix(DeviceRecord.headByteCount))
      let text = Array(bytes.dropFirst(DeviceRecord.headByteCount))
      #expect(DeviceRecord.textByteCount(head) == text.count)
      #expect(DeviceRecord(head: head, text: text) == record)
    }
  }

  @Test func otherBytesAreNoRecord() {
    let head = [UInt8](repeating: 0x55, count: DeviceRecord.headByteCount)
    #expect(DeviceRecord(head: head, text: []) == nil)
  }

  @Test(arguments: [nil, "loopback, JACK Audio Connection Kit", "a:b:c"])
  func aRequestIsWhatItsTextSays(_ id: String?) {
    var request = DeviceRequest(waitSeconds: 1.25)
    request.channelCount = 2
    request.id = id
    #expect(DeviceRequest(text: request.text) == request)
    #expect(DeviceRequest(text: "soon") == nil)
  }

  @Test func aLedgerHasWhatArrived() {
    var link = LinkLedger(report: ledger, received: 1)
    #expect(link.settled == ledger)
    link.received = 10
    #expect(link.settled.input.delivered == 10)
    #expect(link.settled.input.hostFrameCount == ledger.input.hostFrameCount + 8)
    let sum = ledger.addingInput(of: ledger)
    #expect(sum.input.lost == 10 && sum.input.lossCount == 12 && sum.pausedFrameCount == 14)
    #expect(sum.input.delivered == 4 && sum.input.dropped == 6 && sum.input.discarded == 8)
  }
}
