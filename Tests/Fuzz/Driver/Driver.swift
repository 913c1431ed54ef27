// libFuzzer's beginning: `make fuzz` builds and runs it. SD_FUZZ_TARGET says what is fed.

import CFuzz
import FuzzTargets
import Platform
import SoundTool

private let target: FuzzTarget = {
  let name = unsafe getenv("SD_FUZZ_TARGET").map { unsafe String(cString: $0) } ?? ""
  guard let target = FuzzTarget(rawValue: name) else {
    fatalError("SD_FUZZ_TARGET is one of \(FuzzTarget.allCases.map(\.rawValue))")
  }
  return target
}()

@main enum Driver {
  static func main() {
    Messages.verbosity = .quiet
    var count = CommandLine.argc
    var words = unsafe CommandLine.unsafeArgv as UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
    let status = unsafe LLVMFuzzerRunDriver(&count, &words) { bytes, count in
      target.attempt(unsafe Array(UnsafeBufferPointer(start: bytes, count: count)))
      return 0
    }
    exit(status)
  }
}
