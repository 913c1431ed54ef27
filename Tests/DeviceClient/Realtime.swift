import PCM
import SoundDevice

/// Runs one callback that keeps the rules, or one that does not: RealtimeSanitizer, where it is built
/// in, stops the program in the second.
func runCallback(_ kind: String) throws {
  let parameters = StreamParameters(device: try Device.find("virtual:loopback"), channelCount: 2)
  var calls = 0
  var kept: [Float] = []
  let stream = try AudioStream<Float>(input: parameters, output: parameters) {
    input, output, info in
    for index in output.indices { output[index] = 0.5 * input[index] }
    if kind == "allocating" { for index in input.indices { kept.append(input[index]) } }
    calls += 1
    return calls < 20 ? .continue : .complete
  }
  try stream.start()
  try stream.wait()
  try stream.close()
  say("callbacks ran")
}
