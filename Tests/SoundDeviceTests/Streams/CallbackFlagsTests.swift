import Testing

@testable import SoundDevice

struct CallbackFlagsTests {
  @Test func printsTheAncestorsWords() {
    #expect(CallbackFlags().description == "no flags")
    #expect(CallbackFlags.inputUnderflow.description == "input underflow")
    #expect(
      CallbackFlags(rawValue: 31).description
        == "input underflow, input overflow, output underflow, output overflow, priming output")
  }

  @Test func collects() {
    var errors = CallbackFlags()
    for status in [CallbackFlags.inputOverflow, [], .outputUnderflow] { errors.formUnion(status) }
    #expect(errors.contains(.inputOverflow) && !errors.contains(.inputUnderflow))
    #expect(errors.description == "input overflow, output underflow")
  }

  @Test func bitsArePortAudios() {
    let flags: [CallbackFlags] = [
      .inputUnderflow, .inputOverflow, .outputUnderflow, .outputOverflow, .primingOutput,
    ]
    #expect(flags.map(\.rawValue) == [1, 2, 4, 8, 16])
  }
}
