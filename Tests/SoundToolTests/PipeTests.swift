import Platform
import TestSupport
import Testing

@testable import SoundTool

@Suite struct PipeTests {
  private func withPipe(_ body: (_ reading: CInt, _ writing: CInt) throws -> Void) throws {
    var ends: [CInt] = [0, 0]
    try #require(unsafe pipe(&ends) == 0)
    defer { for end in ends { close(end) } }
    try body(ends[0], ends[1])
  }

  private func write(_ bytes: [UInt8], to writer: inout PipeWriter) throws {
    try unsafe writer.write(bytes.span.bytes)
  }

  @Test func aReadGivesWhatIsThere() throws {
    try withPipe { reading, writing in
      var writer = PipeWriter(descriptor: writing, name: "pipe")
      try write([1, 2, 3], to: &writer)
      #expect(writer.writtenByteCount == 3)
      let scratch = Scratch()
      let reader = PipeReader(descriptor: reading, name: "pipe")
      let count = try scratch.withMutableBytes(10) { span throws(ToolError) in
        try reader.read(into: &span, from: 2, to: 9)
      }
      #expect(count == 3)
      #expect(scratch.withBytes(5) { unsafe $0.unsafeLoad(fromByteOffset: 4, as: UInt8.self) } == 3)
    }
  }

  @Test func errorsNameThePipe() throws {
    var closed = PipeWriter(descriptor: 9999, name: "nowhere")
    let error = #expect(throws: ToolError.self) { try write([1], to: &closed) }
    #expect(error?.message == "nowhere: bad file descriptor")
  }

  @Test(.enabled(if: FileIdentity(path: "/dev/full") != nil))
  func aFullDiskIsAnError() throws {
    let full = unsafe open("/dev/full", O_WRONLY)
    defer { close(full) }
    var writer = PipeWriter(descriptor: full, name: "disk")
    let error = #expect(throws: ToolError.self) { try write([1], to: &writer) }
    #expect(error?.message == "disk: no space left on device")
    #expect(error?.status == .failure)
  }

  #if os(Linux)
    @Test func aPipeShrinksToTwoBlocksButAPage() throws {
      try withPipe { reading, writing in
        let page = Int(getpagesize())
        #expect(PipeWriter.shrinkPipe(writing, blockByteCount: 100) == page)
        #expect(PipeWriter.shrinkPipe(reading, blockByteCount: 2 * page) == 4 * page)
        #expect(PipeWriter.growPipe(writing) == 1 << 20)
      }
      #expect(PipeWriter.shrinkPipe(unsafe open("/dev/null", O_WRONLY), blockByteCount: 1) == nil)
    }
  #endif
}
