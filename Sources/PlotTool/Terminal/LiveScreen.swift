internal import Platform
internal import SoundTool
internal import Synchronization

/// Draws on a terminal from a separate thread, so that a slow terminal blocks nothing: lines that
/// scroll away above a few that are redrawn in place.
///
/// At most thirty times per second, it draws the latest state; lines that would leave the screen
/// unseen are never drawn. Between two writes the cursor is at the start of the line below, with no
/// attributes set, so that nothing needs restoring when the program ends. If the cursor cannot be
/// moved, only the lines are written, and the rest at the end.
final class LiveScreen: Sendable {
  /// The maximum number of redraws per second.
  static let frameRate = 30.0

  private struct State {
    var lines: [String] = []
    var block: [String] = []
    var isChanged = false
    var isClosing = false
    var isClosed = false
  }

  private let canvas: Canvas
  // Whether plain text is written at once, waiting for its reader.
  private let isDirect: Bool
  private let state = Mutex(State())
  // Another program has written on the terminal, or its size has changed.
  private let startsAfresh = Atomic<Bool>(true)

  /// Creates a screen on this canvas.
  ///
  /// - Parameter mayWait: Whether plain text may wait for its reader.
  init(_ canvas: Canvas, mayWait: Bool) {
    self.canvas = canvas
    isDirect = mayWait && !canvas.movesCursor
    guard !isDirect else { return }
    Messages.beforeLine { self.startAfresh() }
    SignalCenter.shared.onPause({}, resume: { self.startAfresh() })
    startThread(named: "sd-plot") { self.draw() }
  }

  /// Shows lines below the previous ones, and `block` instead of the previous one.
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

  /// Shows the final state, as far as the terminal accepts it within half a second.
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
        // The sound continues even without a terminal.
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
    var writer = PipeWriter(
      descriptor: descriptor, name: descriptor == StandardStreams.output ? "stdout" : "stderr")
    let bytes = Array(text.utf8)
    try unsafe writer.write(bytes.span.bytes)
  }
}
