import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// How each program ends: the status, the counts of its feed, and the bytes that arrived.
@Suite(.fewAtOnce) struct DeviceEndTests {
  enum Program: String, CaseIterable {
    case play = "sd-play"
    case rec = "sd-rec"
    case playrec = "sd-playrec"
    case wire = "sd-wire"

    var records: Bool { self == .rec || self == .playrec }
    var isOpenEnded: Bool { self == .rec || self == .wire }
  }

  enum Ending: CaseIterable {
    case length, signal, abort, fullDisk, brokenPipe, lost, stalled

    var settings: String {
      switch self {
      case .abort: "xrun@30000:256"
      case .lost: "lost@4800"
      case .stalled: "stall@4800"
      default: "rate=48000"
      }
    }
  }

  private func command(_ program: Program, _ ending: Ending) -> Command {
    var arguments = ["-D", "virtual:null", "--status-fd", "3", "--stall", "1", "--xrun", "abort"]
    arguments += ["-f", "s16le", "-r", "48000", "-c", "2"]
    if ending == .length { arguments += ["-n", "9600"] }
    let command = Command.tool(program.rawValue, arguments)
      .reading(.file("/dev/zero")).writing(.captured, to: 3).with(
        environment: virtual(ending.settings))
    return switch ending {
    case .fullDisk: command.writing(.file("/dev/full"))
    case .brokenPipe: command.writing(.broken)
    default: command
    }
  }

  @Test(arguments: Program.allCases, Ending.allCases)
  func whatArrivedIsWhatTheFeedSays(program: Program, ending: Ending) async throws {
    guard program.records || ending != .fullDisk && ending != .brokenPipe else { return }
    let result = try await withTool(command(program, ending)) { tool in
      if ending == .signal {
        try await tool.waitUntilRunning()
        tool.send(SIGINT)
      }
      return try await tool.finish(timeout: .seconds(20))
    }
    let end = try FaultBench.end(result.outputs[3] ?? [])
    #expect(result.status == status(program, ending), "\(result)")
    #expect(end.event == "end")
    let (input, output) = (end.input, end.output)
    #expect(input.delivered + input.dropped + input.discarded == input.host_frames, "\(input)")
    #expect(output.delivered + output.inserted + output.padding == output.host_frames, "\(output)")
    if program.records, ending != .fullDisk, ending != .brokenPipe {
      #expect(result.output.count == input.delivered * 4, "\(input)")
      #expect(input.dropped == 0, "\(input)")
    }
    switch ending {
    case .length where program != .playrec:
      #expect((program == .play ? output : input).delivered == 9600, "\(end)")
    case .length:
      #expect(input.delivered == 9600 && output.delivered == 9600, "\(end)")
    case .lost, .stalled:
      let handedOver = program == .play ? output.host_frames : input.host_frames
      #expect(handedOver == 4800, "\(end)")
    case .abort:
      #expect(input.lost + output.lost == (program == .rec || program == .play ? 256 : 512))
    case .fullDisk, .brokenPipe:
      #expect(input.delivered == 0, "\(end)")
    case .signal: break
    }
  }

  private func status(_ program: Program, _ ending: Ending) -> TestSupport.ExitStatus {
    switch ending {
    case .length: .exited(0)
    case .signal: program.isOpenEnded ? .exited(0) : .signalled(SIGINT)
    case .abort: .exited(3)
    case .fullDisk, .lost, .stalled: .exited(1)
    case .brokenPipe: .signalled(SIGPIPE)
    }
  }
}
