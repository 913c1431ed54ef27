/// Memory for frames between the host's shape and the stream's, only where they differ.
@safe final class Scratch {
  let inputMapped: UnsafeMutableRawPointer?
  let inputSamples: UnsafeMutableRawPointer?
  let outputSamples: UnsafeMutableRawPointer?
  let outputConverted: UnsafeMutableRawPointer?

  init(input: Trampoline.Side?, output: Trampoline.Side?, frameCount: Int) {
    func memory(_ byteCount: Int?) -> UnsafeMutableRawPointer? {
      guard let byteCount else { return nil }
      let memory = UnsafeMutableRawPointer.allocate(
        byteCount: byteCount * frameCount, alignment: 64)
      unsafe memory.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount * frameCount)
      return unsafe memory
    }
    unsafe inputMapped = memory(input?.map == nil ? nil : input?.mappedFrameByteCount)
    unsafe inputSamples = memory(input?.converter == nil ? nil : input?.frameByteCount)
    let outputDiffers = output?.map != nil || output?.converter != nil
    unsafe outputSamples = memory(outputDiffers ? output?.frameByteCount : nil)
    let outputTakesBoth = output?.map != nil && output?.converter != nil
    unsafe outputConverted = memory(outputTakesBoth ? output?.mappedFrameByteCount : nil)
  }

  deinit {
    unsafe inputMapped?.deallocate()
    unsafe inputSamples?.deallocate()
    unsafe outputSamples?.deallocate()
    unsafe outputConverted?.deallocate()
  }
}
