import PCM
import Platform

@testable import SoundDevice

/// Plays host for a processor or a trampoline, with arrays.
enum Blocks {
  /// One block through a processor; returns its output, filled with `silence` beforehand.
  static func process<S: Sample>(
    _ processor: BlockProcessor, input: [S]? = nil, outputCount: Int? = nil, frameCount: Int,
    inputLoss: HostLoss = .init(), outputLoss: HostLoss = .init(), freewheeling: Bool = false
  ) -> (output: [S], result: CallbackResult) {
    var output = [S](repeating: S.silence, count: outputCount ?? 0)
    let result = unsafe (input ?? []).withUnsafeBytes { input in
      unsafe output.withUnsafeMutableBytes { output in
        let info = CallbackInfo(
          frameCount: frameCount, sampleRate: 48_000)
        var block = unsafe AudioBlock(
          input: input.isEmpty ? nil : input.baseAddress,
          output: outputCount == nil ? nil : output.baseAddress, info: info)
        block.inputLoss = inputLoss
        block.outputLoss = outputLoss
        block.isFreewheeling = freewheeling
        return processor.process(block)
      }
    }
    return (output, result)
  }

  /// One host callback through a trampoline, on a host of samples `H`; output is full of noise
  /// beforehand.
  static func call<H: Sample>(
    _ trampoline: Trampoline, input: [H]? = nil, output: inout [H], frameCount: Int,
    flags: CallbackFlags = [], inputTime: Double = 0, hostLoss: (input: Int, output: Int)? = (0, 0),
    now: Double = monotonicSeconds()
  ) -> CallbackResult {
    let info = CallbackInfo(
      frameCount: frameCount, sampleRate: 48_000, inputTime: inputTime, outputTime: inputTime,
      currentTime: inputTime, flags: flags)
    return unsafe (input ?? []).withUnsafeBytes { input in
      unsafe output.withUnsafeMutableBytes { output in
        unsafe trampoline.process(
          input: input.isEmpty ? nil : input.baseAddress,
          output: output.isEmpty ? nil : output.baseAddress, info: info, hostLoss: hostLoss,
          now: now)
      }
    }
  }
}

/// A processor made of a closure.
final class ClosureProcessor: BlockProcessor, @unchecked Sendable {
  private let body: (AudioBlock) -> CallbackResult

  init(_ body: @escaping (AudioBlock) -> CallbackResult) { self.body = body }

  override func process(_ block: AudioBlock) -> CallbackResult { body(block) }
}
