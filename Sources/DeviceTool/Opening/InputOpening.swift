internal import PCM
internal import SoundDevice
internal import SoundFile
internal import SoundTool

extension RecordPlan {
  /// Opens the device in this process, and reports how.
  func openStream() throws(ToolError) -> (stream: RawAudioInputStream, device: Device) {
    let encoding = fileFormat.deliveredEncoding
    let side = SidePlan(
      device: device, channelCount: map?.count ?? channelCount, map: map,
      encoding: recording.gain.isUnity ? encoding : .f32le, latency: latency,
      spreadsMono: spreadsMono)
    let (opened, agreement) = try Agreement.open(stream) { () throws(DeviceFailure) in
      try Agreement(
        stream, input: side, rate: rate, mayResample: mayResample,
        buffer: latency == .low ? .seconds(0.1) : .seconds(10))
    } _: { agreement throws(PortAudioError) in
      try RawAudioInputStream(
        agreement.input.parameters, format: agreement.input.format, options: agreement.options)
    }
    Negotiation.report(opened, agreement.input)
    return (opened, agreement.input.device)
  }
}
