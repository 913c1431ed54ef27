internal import Platform
internal import SoundTool
internal import Synchronization

/// Draws on a terminal from a thread of its own, so that a slow one holds nobody up: lines that
/// scroll away above a few that are drawn again in place.
///
/// At most thirty times a second the newest is drawn; lines that would have left the screen before
/// anybody saw them never reach it. Between two writes the cursor stands at the beginning of the
/// line below, with nothing switched on: however the program ends, there is nothing to restore.
/// Where the cursor cannot be moved, the lines alone are written, and the rest at the end.
final class LiveScreen: Sendable {
  /// Times a second that something is drawn, at most.
  static let frameRate = 30.0

  private struct State {
    var lines: [String] = []
    var block: [String] = []
    var isChanged = false
    var isClosing = false
    var isClosed = false
  }

  private let canvas: Canvas
  // Text that nobody waits for is written by whoever has it, all of it.
  private let isDirect: Bool
  private let state = Mutex(State())
  // Somebody else has written on the terminal, or its size has changed.
  private let startsAfresh = Atomic<Bool>(true)

  /// A screen on this canvas.
  ///
  /// - Parameter mayWait: whether plain text may wait for its reader.
  init(_ canvas: Canvas, mayWait: Bool) {
    self.canvas = canvas
    isDirect = mayWait && !canvas.movesCursor
    guard !isDirect else { return }
    Messages.beforeLine { self.startAfresh() }
    SignalCenter.shared.onPause({}, resume: { self.startAfresh() })
    startThread(named: "sd-plot") { self.draw() }
  }

  /// Shows lines under those before, and `block` in place of the one before.
  func show(lines: [String] = [], block: [String]) throws(ToolError) {
    if isDirect {
      state.withLock { $0.block = block }
      return try Self.write(Self.text(lines, end: "\n"), to: canvas.descriptor)
    }
    let limit = canvas.movesCursor ? canvas.size.lines : 1_000
    state.withLock { state in
      state.lines += lines
      state.lines.removeFirst(max(0, state.lines.count - limit))
      state.block = block
      state.isChanged = true
    }
  }

  /// Shows the last of it, as far as the terminal takes it within half a second.
  func close() throws(ToolError) {
    if isDirect {
      let block = state.withLock { $0.block }
      return try Self.write(Self.text(block, end: "\n"), to: canvas.descriptor)
    }
    state.withLock { $0.isClosing = true }
    let end = monotonicSeconds() + 0.5
    while !state.withLock({ $0.isClosed }), monotonicSeconds() < end {
      System.sleep(seconds: 0.002)
    }
  }

  private func startAfresh() { startsAfresh.store(true, ordering: .relaxed) }

  // MARK: The drawing thread

  private func draw() {
    var (height, size) = (0, canvas.size)
    while true {
      let (lines, block, isChanged, isClosing) = state.withLock { state in
        defer { (state.lines, state.isChanged) = ([], false) }
        return (state.lines, state.block, state.isChanged, state.isClosing)
      }
      var text = ""
      if !canvas.movesCursor {
        text = Self.text(isClosing ? lines + block : lines, end: "\n")
      } else if isChanged {
        let newSize = canvas.size
        let isNew = startsAfresh.exchange(false, ordering: .relaxed) || newSize != size
        if height > 0, !isNew { text = "\u{1B}[\(height)A" }
        text += Self.text(lines + block, end: "\u{1B}[K\r\n") + "\u{1B}[J"
        (height, size) = (block.count, newSize)
      }
      do throws(ToolError) {
        if !text.isEmpty { try Self.write(text, to: canvas.descriptor) }
      } catch {
        // A terminal that has gone is no reason to keep the sound from going on.
        state.withLock { $0.isClosed = true }
        return
      }
      if isClosing { return state.withLock { $0.isClosed = true } }
      System.sleep(seconds: 1 / Self.frameRate)
    }
  }

  private static func text(_ lines: [String], end: String) -> String {
    lines.reduce(into: "") { $0 += $1 + end }
  }

  private static func write(_ text: String, to descriptor: CInt) throws(ToolError) {
    guard !text.isEmpty else { return }
    var writer = PipeWriter(descriptor: descriptor, name: descriptor == 2 ? "stderr" : "stdout")
    let bytes = Array(text.utf8)
    try unsafe writer.write(bytes.span.bytes)
  }
}
