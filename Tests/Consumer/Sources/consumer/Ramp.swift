import SoundDevice

/// A callback: the stream's own time in seconds, on every channel.
func ramp(_ output: inout MutableSpan<Float>, _ info: CallbackInfo) -> CallbackResult {
  for index in output.indices {
    output[index] = Float(Double(info.position + index / info.outputChannelCount) / info.sampleRate)
  }
  return .continue
}

/// Tests the callback as a client would, without a stream.
func rampIsRight() -> Bool {
  var samples = [Float](repeating: 0, count: 4)
  var output = samples.mutableSpan
  let info = CallbackInfo(frameCount: 2, sampleRate: 8, outputChannelCount: 2, position: 4)
  return ramp(&output, info) == .continue && samples == [0.5, 0.5, 0.625, 0.625]
}
