import COgg
import COpusFile
import Platform

/// Decodes at rates below the 48 kHz of libopusfile, which counts in 48 kHz: each frame is repeated
/// as often as needed.
@safe final class SlowOpus {
  private let file: OpaquePointer
  private var decoder: OpaquePointer?
  /// The stream of the chain that the decoder belongs to.
  private var decoderStream: CInt = -1
  private var frames: [Float] = []

  /// Decodes packets of an `OggOpusFile`.
  init(_ file: OpaquePointer) { unsafe self.file = file }

  deinit { reset() }

  var context: UnsafeMutableRawPointer { unsafe Unmanaged.passUnretained(self).toOpaque() }

  /// Discards the decoder's state.
  func reset() {
    if let decoder = unsafe decoder { unsafe opus_multistream_decoder_destroy(decoder) }
    unsafe decoder = nil
  }

  static let decode: op_decode_cb_func = { context, _, target, packet, count, channels, _, _ in
    guard let context = unsafe context, let packet = unsafe packet, let target = unsafe target
    else { return OP_DEC_USE_DEFAULT }
    let slow = unsafe Unmanaged<SlowOpus>.fromOpaque(context).takeUnretainedValue()
    return unsafe slow.decode(
      packet.pointee, Int(count), Int(channels), target.assumingMemoryBound(to: Float.self))
  }

  private func decode(
    _ packet: ogg_packet, _ count: Int, _ channels: Int, _ target: UnsafeMutablePointer<Float>
  ) -> CInt {
    guard let head = unsafe op_head(file, -1)?.pointee else { return OP_DEC_USE_DEFAULT }
    let rate = OpusFile.rate(head)
    guard rate < 48_000 else { return OP_DEC_USE_DEFAULT }
    let stream = unsafe op_current_link(file)
    if stream != decoderStream { reset() }
    if unsafe decoder == nil { makeDecoder(head, rate, stream) }
    guard let decoder = unsafe decoder else { return OP_DEC_USE_DEFAULT }
    let step = 48_000 / rate
    if frames.count < count / step * channels {
      frames = [Float](repeating: 0, count: count / step * channels)
    }
    let decoded = unsafe opus_multistream_decode_float(
      decoder, packet.packet, opus_int32(packet.bytes), &frames, CInt(count / step), 0)
    guard decoded >= 0 else { return decoded }
    // The header's gain, in 1/256 dB.
    let gain = Float(pow(10, Double(head.output_gain) / 256 / 20))
    for frame in 0..<count {
      for channel in 0..<channels {
        let from = frame / step
        unsafe target[frame * channels + channel] =
          from < decoded ? gain * frames[from * channels + channel] : 0
      }
    }
    return 0
  }

  private func makeDecoder(_ head: OpusHead, _ rate: Int, _ stream: CInt) {
    var status: CInt = 0
    decoderStream = stream
    unsafe withUnsafeBytes(of: head.mapping) { mapping in
      guard let table = unsafe mapping.baseAddress?.assumingMemoryBound(to: UInt8.self) else {
        return
      }
      unsafe decoder = opus_multistream_decoder_create(
        opus_int32(rate), head.channel_count, head.stream_count, head.coupled_count,
        table, &status)
    }
  }
}
