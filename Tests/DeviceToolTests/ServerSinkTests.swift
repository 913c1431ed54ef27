import Testing

@testable import DeviceTool

struct ServerSinkTests {
  @Test func aPrefixNamesASink() throws {
    let sink = try #require(ServerSink("sink:alsa_output.usb-Focusrite"))
    #expect(sink.use == .sink && sink.name == "alsa_output.usb-Focusrite")
    let monitor = try #require(ServerSink("monitor:a:b"))
    #expect(monitor.use == .monitor && monitor.name == "a:b" && monitor.query == "monitor:a:b")
    for words in ["speakers", "virtual:null", "3", "", "sinks:x", "Monitor of x"] {
      #expect(ServerSink(words) == nil, "\(words)")
    }
  }

  @Test func namesAreTheSecondColumn() {
    let table = "0\tnul\tmodule-null-sink.c\ts16le 2ch 48000Hz\tIDLE\n1\tx y\tPipeWire\t\tRUNNING\n"
    #expect(ServerSink.names(in: table) == ["nul", "x y"])
    #expect(ServerSink.names(in: "").isEmpty && ServerSink.names(in: "nonsense\n").isEmpty)
  }
}
