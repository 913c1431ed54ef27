internal import PCM
internal import Synchronization

/// The differences between the host's frames and the stream's, in one direction.
struct StreamSide {
  var hostFormat: SampleFormat
  var hostChannelCount: Int
  var format: SampleFormat
  var channelCount: Int
  var map: ChannelMap?
  var converter: SampleConverter?

  var hostBytesPerFrame: Int { hostFormat.byteCount * hostChannelCount }
  /// Bytes of a frame of the stream's channels in the host's format, the intermediate step.
  var mappedFrameByteCount: Int { hostFormat.byteCount * channelCount }
  var bytesPerFrame: Int { format.byteCount * channelCount }
}

// A mutable pointer that is lent to a span gets boxed on the heap, so each step below gets an
// immutable one.

/// Converts the host's frames to the stream's channels and format. Only `init` allocates.
@safe final class InputAdapter {
  let side: StreamSide
  private let mapped: BlockMemory?
  private let converted: BlockMemory?
  private let conversion: Conversion?

  /// - Parameter frameCount: The maximum number of frames per block.
  init(_ side: StreamSide, frameCount: Int) {
    self.side = side
    mapped = side.map.map { _ in BlockMemory(frameCount * side.mappedFrameByteCount) }
    converted = side.converter.map { _ in BlockMemory(frameCount * side.bytesPerFrame) }
    conversion = side.converter.map(Conversion.init)
  }

  /// Samples clipped so far.
  var clippedCount: Int { conversion?.clippedCount ?? 0 }

  /// Converts a block to the stream's format; the pointer is valid until the next block.
  func receive(_ hostInput: UnsafeRawPointer, frameCount: Int) -> UnsafeRawPointer {
    unsafe convert(gather(hostInput, frameCount: frameCount), frameCount: frameCount)
  }

  private func gather(_ hostInput: UnsafeRawPointer, frameCount: Int) -> UnsafeRawPointer {
    guard let map = side.map, let mapped else { return unsafe hostInput }
    let source = unsafe RawSpan(
      _unsafeStart: hostInput, byteCount: frameCount * side.hostBytesPerFrame)
    var target = unsafe MutableRawSpan(
      _unsafeStart: mapped.base, byteCount: frameCount * side.mappedFrameByteCount)
    map.gather(
      source, channelCount: side.hostChannelCount, into: &target,
      encoding: SampleEncoding(side.hostFormat))
    return unsafe UnsafeRawPointer(mapped.base)
  }

  private func convert(_ samples: UnsafeRawPointer, frameCount: Int) -> UnsafeRawPointer {
    guard let conversion, let converted else { return unsafe samples }
    unsafe conversion.convert(
      samples, frameCount * side.mappedFrameByteCount,
      into: converted.base, frameCount * side.bytesPerFrame)
    return unsafe UnsafeRawPointer(converted.base)
  }
}

/// Converts the stream's frames to the host's channels and format. Only `init` allocates.
@safe final class OutputAdapter {
  let side: StreamSide
  /// The stream's frames, if the host cannot take them unchanged.
  private let samples: BlockMemory?
  private let mapped: BlockMemory?
  private let conversion: Conversion?

  /// - Parameter frameCount: The maximum number of frames per block.
  init(_ side: StreamSide, frameCount: Int) {
    self.side = side
    let isStraight = side.map == nil && side.converter == nil
    samples = isStraight ? nil : BlockMemory(frameCount * side.bytesPerFrame)
    let takesBoth = side.map != nil && side.converter != nil
    mapped = takesBoth ? BlockMemory(frameCount * side.mappedFrameByteCount) : nil
    conversion = side.converter.map(Conversion.init)
  }

  /// Samples clipped so far.
  var clippedCount: Int { conversion?.clippedCount ?? 0 }

  /// Silence in the stream's format, to overwrite before ``send(to:frameCount:)``.
  func silence(for hostOutput: UnsafeMutableRawPointer, frameCount: Int)
    -> UnsafeMutableRawPointer
  {
    let target = unsafe samples?.base ?? hostOutput
    unsafe target.fillSilence(frameCount * side.bytesPerFrame, side.format)
    return unsafe target
  }

  /// Sends the host the frames written since ``silence(for:frameCount:)``.
  func send(to hostOutput: UnsafeMutableRawPointer, frameCount: Int) {
    guard let samples else { return }
    let converted = unsafe convert(UnsafeRawPointer(samples.base), hostOutput, frameCount)
    unsafe scatter(converted, into: hostOutput, frameCount)
  }

  /// Sends the host silence instead.
  func mute(_ hostOutput: UnsafeMutableRawPointer, frameCount: Int) {
    unsafe hostOutput.fillSilence(frameCount * side.hostBytesPerFrame, side.hostFormat)
  }

  private func convert(
    _ samples: UnsafeRawPointer, _ hostOutput: UnsafeMutableRawPointer, _ frameCount: Int
  ) -> UnsafeRawPointer {
    guard let conversion else { return unsafe samples }
    let converted = unsafe mapped?.base ?? hostOutput
    unsafe conversion.convert(
      samples, frameCount * side.bytesPerFrame,
      into: converted, frameCount * side.mappedFrameByteCount)
    return UnsafeRawPointer(converted)
  }

  private func scatter(
    _ samples: UnsafeRawPointer, into hostOutput: UnsafeMutableRawPointer, _ frameCount: Int
  ) {
    guard let map = side.map else { return }
    let source = unsafe RawSpan(
      _unsafeStart: samples, byteCount: frameCount * side.mappedFrameByteCount)
    var target = unsafe MutableRawSpan(
      _unsafeStart: hostOutput, byteCount: frameCount * side.hostBytesPerFrame)
    map.scatter(
      source, channelCount: side.channelCount, into: &target,
      channelCount: side.hostChannelCount, encoding: SampleEncoding(side.hostFormat))
  }
}

/// A sample conversion whose count of clipped samples any thread may read.
@safe private final class Conversion {
  private var converter: SampleConverter
  private let clipped = Atomic<Int>(0)

  init(_ converter: SampleConverter) { self.converter = converter }

  var clippedCount: Int { clipped.load(ordering: .relaxed) }

  func convert(
    _ samples: UnsafeRawPointer, _ byteCount: Int, into place: UnsafeMutableRawPointer,
    _ placeByteCount: Int
  ) {
    let source = unsafe RawSpan(_unsafeStart: samples, byteCount: byteCount)
    var target = unsafe MutableRawSpan(_unsafeStart: place, byteCount: placeByteCount)
    converter.convert(source, into: &target)
    clipped.store(converter.clippedCount, ordering: .relaxed)
  }
}

/// Memory for the frames of one block.
@safe private final class BlockMemory {
  let base: UnsafeMutableRawPointer

  init(_ byteCount: Int) {
    unsafe base = .allocate(byteCount: byteCount, alignment: 64)
    unsafe base.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
  }

  deinit { unsafe base.deallocate() }
}

extension UnsafeMutableRawPointer {
  fileprivate func fillSilence(_ byteCount: Int, _ format: SampleFormat) {
    unsafe initializeMemory(
      as: UInt8.self, repeating: format == .uint8 ? 0x80 : 0, count: byteCount)
  }
}
