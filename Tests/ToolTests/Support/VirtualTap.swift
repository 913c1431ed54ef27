import TestSupport
import Testing

/// What programs play on `virtual:null`, sample for sample, and what they hear there.
struct VirtualTap {
  let folder: TemporaryDirectory
  private var output: String { folder.file("played.f32") }

  init() throws { folder = try TemporaryDirectory() }

  /// The environment in which `virtual:null` keeps what it plays.
  var environment: [String: String?] { virtual("pace=fast", "output=\(output)") }

  /// The environment in which `virtual:null` hears these samples, and behaves like this.
  func hearing(_ samples: [Int16], _ settings: String...) throws -> [String: String?] {
    let path = try folder.write(bytes(of: samples.map(Self.float)), to: "heard.f32")
    return virtual(
      (["pace=fast", "input=\(path)", "output=\(output)"] + settings).joined(
        separator: ","))
  }

  /// A sample of 16 bits as a device of float32 has it.
  static func float(_ sample: Int16) -> Float { Float(sample) / 32768 }

  /// What was played, without the silence before and after.
  func played() throws -> [Float] {
    values(
      of: Float.self,
      from: trimmed(try folder.read("played.f32"), bytesPerFrame: 8))
  }

  /// Expects sd-play to play just these frames of 16 bits, silence before and after left out.
  nonisolated(nonsending) func expect(
    _ sound: [UInt8], from arguments: [String], stdin: ProcessInput = .null,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let result = try await runTool(
      "sd-play", ["-q", "-D", "virtual:null"] + arguments, stdin: stdin, environment: environment)
    result.expectSilentSuccess(sourceLocation: sourceLocation)
    let expected = values(of: Int16.self, from: sound).map(Self.float)
    #expect(
      Sound(bytes(of: try played())) == Sound(bytes(of: expected)),
      "\(arguments)",
      sourceLocation: sourceLocation)
  }
}
