import Foundation
import TestSupport
import Testing

/// What is wrong with a command line is one line and status 2, before anything is opened; what turns
/// out while running is one line and status 1.
@Suite(.fewAtOnce) struct DeviceUsageTests {
  struct Mistake: CustomTestStringConvertible {
    let line: [String]
    let words: [String]
    var environment: [String: String?] = [:]

    init(_ line: String, _ words: String..., environment: [String: String?] = [:]) {
      self.line = line.split(separator: " ").map(String.init)
      self.words = words
      self.environment = environment
    }

    var testDescription: String {
      (environment.map { "\($0)=\($1 ?? "")" } + line).joined(separator: " ")
    }
  }

  private func check(_ mistake: Mistake, status: Int32) async throws {
    let folder = try TemporaryDirectory()
    try folder.write(wave(noise(480)), to: "a.wav")
    try folder.write(Array("no sound at all, but long enough for a header".utf8), to: "text")
    try folder.write(Array(wave(noise(480))[..<30]), to: "cut.wav")
    var command = Command.tool(mistake.line[0], Array(mistake.line.dropFirst()))
      .with(environment: mistake.environment)
    command.workingDirectory = folder.path
    let result = try await run(command)
    result.expectFailure(status)
    for word in mistake.words { #expect(result.errorText.contains(word), "\(result)") }
    if status == 2 { #expect(try folder.names() == ["a.wav", "cut.wav", "text"]) }
  }

  @Test(arguments: [
    Mistake("sd-list --nope", "--nope", "unknown option"),
    Mistake("sd-play --nope a.wav", "--nope", "unknown option"),
    Mistake("sd-rec --nope a.raw", "--nope", "unknown option"),
    Mistake("sd-playrec --nope", "--nope", "unknown option"),
    Mistake("sd-wire --nope", "--nope", "unknown option"),
    Mistake("sd-rec -o take.wav", "-o", "the file is the last word: sd-rec take.wav"),
    Mistake("sd-rec --status-fd 1", "--status-fd 1", "carries the sound"),
    Mistake("sd-playrec --status-fd 1 a.wav", "--status-fd 1", "carries the sound"),
    Mistake("sd-rec -q --meter b.raw", "-q and --meter"),
    Mistake("sd-list --lop", "--lop: unknown option"),
    Mistake("sd-rec --metre", "did you mean --meter?"),
    Mistake("sd-list operand", "unexpected argument 'operand'"),
    Mistake("sd-rec a.raw b.raw", "unexpected argument 'b.raw'"),
    Mistake("sd-playrec a.wav b.raw c", "unexpected argument 'c'"),
    Mistake("sd-wire operand", "unexpected argument 'operand'"),
    Mistake("sd-play -D", "needs a value"),
    Mistake("sd-play --rate", "needs a value"),
    Mistake("sd-play --no-dither=yes a.wav", "--no-dither"),
    Mistake("sd-list --inputs --outputs", "--inputs", "--outputs"),
    Mistake("sd-list --host-apis --rates", "--host-apis"),
    Mistake("sd-play -d 1 -n 5 a.wav", "-d", "-n"),
    Mistake("sd-rec -d 1 -n 5 b.raw", "-d", "-n"),
    Mistake("sd-play -r 44 a.wav", "44", "44k"),
    Mistake("sd-play -r 44100.5 a.wav", "whole number"),
    Mistake("sd-play -r nan a.wav", "44.1k"),
    Mistake("sd-rec -c 0 b.raw", "-c 0"),
    Mistake("sd-rec -c two b.raw", "-c two"),
    Mistake("sd-wire -c 2,2,2", "IN,OUT"),
    Mistake("sd-play -f S24_LE a.wav", "did you mean S24_3LE?"),
    Mistake("sd-rec -f s20 b.raw", "s20", "s16le"),
    Mistake("sd-playrec --record-format pcm a.wav b.raw", "--record-format", "s16le"),
    Mistake("sd-play -t word a.wav", "word", "wav"),
    Mistake("sd-rec -d 1x b.raw", "1x", "1:30"),
    Mistake("sd-rec -d -1 b.raw", "-1"),
    Mistake("sd-rec -n 1.5 b.raw", "1.5"),
    Mistake("sd-play -S tomorrow a.wav", "tomorrow"),
    Mistake("sd-play -L fast a.wav", "fast", "low"),
    Mistake("sd-play -b -1 a.wav", "-1"),
    Mistake("sd-rec -B much b.raw", "much"),
    Mistake("sd-play -m 1,1 a.wav", "channel 1 twice"),
    Mistake("sd-rec -m 0 b.raw", "from 1"),
    Mistake("sd-rec -m 1,2 -c 1 b.raw", "-c 1", "-m"),
    Mistake("sd-playrec --input-map 2,2 a.wav b.raw", "--input-map 2,2"),
    Mistake("sd-wire --output-map x", "--output-map"),
    Mistake("sd-play -g loud a.wav", "loud"),
    Mistake("sd-play --xrun panic a.wav", "panic", "ignore, warn, fail, abort"),
    Mistake("sd-play --stall soon a.wav", "soon"),
    Mistake("sd-play --wait soon a.wav", "soon"),
    Mistake("sd-play --loop=0 a.wav", "0"),
    Mistake("sd-playrec --compensate much a.wav b.raw", "much", "auto"),
    Mistake("sd-playrec --tail long a.wav b.raw", "long"),
    Mistake("sd-rec -f s16 b.mp3", "b.mp3", "s16le"),
    Mistake("sd-rec -f f32 b.flac", "b.flac", "f32le"),
    Mistake("sd-rec -c 1024 b.flac", "b.flac"),
    Mistake("sd-rec -t caf", "stdout", "au, wav, flac or ogg"),
    Mistake("sd-rec -t w64", "stdout", "au, wav, flac or ogg"),
    Mistake("sd-rec --split 1", "--split", "file"),
    Mistake("sd-rec --sync", "--sync", "file"),
    Mistake("sd-rec --split never b.wav", "never"),
    Mistake("sd-rec --status-fd 17 b.raw", "--status-fd 17", "not open"),
    Mistake("sd-rec --status-fd x b.raw", "--status-fd x"),
    Mistake("sd-rec b.raw", "SD_RATE=5", "5k", environment: ["SD_RATE": "5"]),
    Mistake("sd-play", "SD_CHANNELS=0", environment: ["SD_CHANNELS": "0"]),
    Mistake("sd-play", "SD_FORMAT", "pcm", environment: ["SD_FORMAT": "pcm"]),
    Mistake("sd-rec b.raw", "SD_LATENCY=x", environment: ["SD_LATENCY": "x"]),
    Mistake("sd-wire", "SD_BLOCKSIZE=x", environment: ["SD_BLOCKSIZE": "x"]),
    Mistake("sd-rec b.raw", "SD_BUFFER", "x", environment: ["SD_BUFFER": "x"]),
    Mistake("sd-wire", "SD_XRUN=x", "abort", environment: ["SD_XRUN": "x"]),
    Mistake("sd-list", "SD_VIRTUAL", "pace=", environment: ["SD_VIRTUAL": "slow"]),
  ])
  func aWrongCommandLineIsStatus2(_ mistake: Mistake) async throws {
    try await check(mistake, status: 2)
  }

  @Test(arguments: [
    Mistake("sd-list -D nope", "'nope'", "virtual:null"),
    Mistake("sd-play -D virtual:null --loop 2 a.wav", "2:", "did you mean --loop=2?"),
    Mistake("sd-play -D nope a.wav", "'nope'", "sd-list", "virtual:null"),
    Mistake("sd-rec -D nope b.raw", "'nope'", "virtual:null"),
    Mistake("sd-playrec -D nope a.wav b.raw", "'nope'", "virtual:null"),
    Mistake("sd-wire -D nope", "'nope'", "virtual:null"),
    Mistake("sd-play -D 77 a.wav", "'77'", "virtual:null"),
    Mistake("sd-list -D virtual", "virtual:null, Virtual", "virtual:loopback, Virtual"),
    Mistake("sd-play -D virtual a.wav", "virtual:null, Virtual", "virtual:loopback, Virtual"),
    Mistake("sd-rec -D virtual b.raw", "virtual:null, Virtual", "virtual:loopback, Virtual"),
    Mistake("sd-play -D virtual:null nofile.wav", "nofile.wav: no such file or directory"),
    Mistake("sd-playrec -D virtual:null nofile.wav b.raw", "nofile.wav: no such file or directory"),
    Mistake("sd-play -D virtual:null a.wav nofile.wav", "nofile.wav: no such file or directory"),
    Mistake("sd-play -D virtual:null text", "text", "-t raw"),
    Mistake("sd-play -D virtual:null cut.wav", "cut.wav"),
    Mistake("sd-play -D virtual:null .", ".:", "directory"),
    Mistake("sd-rec -D virtual:null no/such/folder.wav", "no/such: no such directory"),
    Mistake("sd-rec -D virtual:null --no-clobber a.wav", "a.wav: file exists"),
    Mistake("sd-rec -D virtual:null -c 3 b.raw", "virtual:null", "2 channels, not 3"),
    Mistake("sd-rec -D virtual:null -m 3 b.raw", "virtual:null", "2 channels, not 3"),
    Mistake("sd-play -D virtual:null -m 1,3 a.wav", "virtual:null", "2 channels, not 3"),
    Mistake("sd-play -D virtual:null a.wav", "1 channel", environment: virtual("channels=1")),
    Mistake("sd-playrec -D virtual:null -c 3,2 a.wav b.raw", "virtual:null", "3"),
    Mistake("sd-wire -D virtual:null -c 1,2", "-c"),
    Mistake(
      "sd-play -D virtual:null --no-resample a.wav", "virtual:null", "Invalid sample rate",
      "44100 Hz", environment: virtual("rate=44100")),
    Mistake(
      "sd-rec -D virtual:null --no-resample -r 48000 b.raw", "virtual:null", "44100 Hz",
      environment: virtual("rate=44100")),
    Mistake(
      "sd-playrec -D virtual:null a.wav b.raw", "virtual:null", "44100 Hz",
      environment: virtual("rate=44100")),
    Mistake(
      "sd-wire -D virtual:null -r 48000", "virtual:null", "44100 Hz",
      environment: virtual("rate=44100")),
  ])
  func whatTurnsOutWhileRunningIsStatus1(_ mistake: Mistake) async throws {
    try await check(mistake, status: 1)
  }

  @Test(arguments: [
    ["sd-play", "a.wav"], ["sd-rec", "b.raw"], ["sd-playrec", "a.wav", "b.raw"], ["sd-wire"],
  ])
  func withoutADeviceOneLineNamesTheVirtualOne(_ line: [String]) async throws {
    try await check(Mistake(line.joined(separator: " "), "virtual:null"), status: 1)
  }

  @Test func anInputIsNotOverwritten() async throws {
    let folder = try TemporaryDirectory()
    let sound = wave(noise(480))
    let path = try folder.write(sound, to: "a.wav")
    try FileManager.default.linkItem(atPath: path, toPath: folder.file("b.wav"))
    for output in [path, folder.file("b.wav")] {
      let result = try await runTool("sd-playrec", ["-D", "virtual:null", path, output])
      result.expectFailure(2, output, "input")
    }
    #expect(try Sound(folder.read("a.wav")) == Sound(sound))
  }

  @Test(arguments: ["sd-list", "sd-play", "sd-rec", "sd-playrec", "sd-wire"])
  func helpAndVersionGoToStdout(_ name: String) async throws {
    for flag in ["-h", "--help"] {
      let help = try await runTool(name, [flag])
      help.expectSilentSuccess()
      #expect(help.outputText.contains(name) && help.outputText.contains("--quiet"))
    }
    for flag in ["-V", "--version"] {
      let version = try await runTool(name, [flag])
      version.expectSilentSuccess()
      #expect(version.outputText.hasPrefix("\(name) ") && version.outputText.contains("PortAudio"))
      let full = Command.tool(name, [flag]).writing(.file("/dev/full"))
      try await run(full).expectFailure(1, "stdout", "no space left on device")
    }
  }

  @Test func optionsMayStandAnywhereAndJoined() async throws {
    let folder = try TemporaryDirectory()
    let path = folder.file("-odd.raw")
    let result = try await runTool(
      "sd-rec", ["-qn480", "-Dvirtual:null", "-fs16le", "-g", "-6", "-c1", "--", path],
      environment: virtual("pace=fast"))
    result.expectSilentSuccess()
    #expect(try folder.read("-odd.raw").count == 960)
    let after = try await runTool(
      "sd-rec", [path, "-q", "-n", "10", "-D", "virtual:null", "--channels=1"],
      environment: virtual("pace=fast"))
    after.expectSilentSuccess()
    #expect(try folder.read("-odd.raw").count == 40)
    let stdout = try await runTool(
      "sd-rec", ["-", "-q", "-n", "10", "-D", "virtual:null", "--channels=1"],
      environment: virtual("pace=fast"))
    #expect(stdout.succeeded && stdout.output.count == 40)
  }
}
