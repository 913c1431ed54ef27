import Foundation
import Synchronization

/// A running child process.
///
/// It exists inside ``withTool(_:_:)`` or ``withPipeline(_:_:)``. When the body returns or throws,
/// the process and all its children are killed.
public final class ToolProcess: Sendable {
  /// The command that started it.
  public let command: Command
  /// Its process id, which is not reused until the scope ends, even after its death.
  public let processIdentifier: Int32
  private let pump: Pump

  /// Starts a process; the caller must ``end()`` it.
  init(_ command: Command) throws(ToolFailure) {
    var opened: [Int32] = []
    defer { for descriptor in opened { close(descriptor) } }
    var state = Pump.State()
    var descriptors: [Int32: Int32?] = [:]
    var terminal: Terminal?
    /// Descriptors that the pump would close; closed here if the process never starts.
    var ours: [Int32] = []

    func end(_ theirs: Int32) -> Int32 {
      opened.append(theirs)
      return theirs
    }
    func slave() throws(ToolFailure) -> Int32 {
      if let terminal { return terminal.slave }
      let new = try Terminal()
      terminal = new
      ours.append(new.master)
      state.streams[Pump.terminalKey] = Pump.Stream(descriptor: new.master, limit: .max)
      return end(new.slave)
    }

    do throws(ToolFailure) {
      switch command.input {
      case .null: descriptors[0] = end(try openFile("/dev/null", O_RDONLY))
      case .file(let path): descriptors[0] = end(try openFile(path, O_RDONLY))
      case .closed: break
      case .terminal: descriptors[0] = try slave()
      case .descriptor(let descriptor): descriptors[0] = descriptor
      case .bytes, .pipe:
        let (reading, writing) = try closeOnExecPipe()
        ours.append(writing)
        // Only we use this end, so its mode affects no other process.
        _ = fcntl(writing, F_SETFL, O_NONBLOCK)
        descriptors[0] = end(reading)
        state.input = writing
        if case .bytes(let bytes) = command.input {
          state.toWrite = bytes
          state.endsInputWhenWritten = true
        }
      }
      for (number, output) in command.outputs {
        switch output {
        case .null: descriptors[number] = end(try openFile("/dev/null", O_WRONLY))
        case .file(let path):
          descriptors[number] = end(try openFile(path, O_WRONLY | O_CREAT | O_TRUNC))
        case .closed, .same: break
        case .terminal: descriptors[number] = try slave()
        case .descriptor(let descriptor): descriptors[number] = descriptor
        case .captured, .onDemand, .broken:
          let (reading, writing) = try closeOnExecPipe()
          descriptors[number] = end(writing)
          if case .broken = output {
            close(reading)
          } else {
            ours.append(reading)
            var limit = Int.max
            if case .onDemand = output { limit = 0 }
            state.streams[number] = Pump.Stream(descriptor: reading, limit: limit)
          }
        }
      }
      for case (let number, .same(let other)) in command.outputs {
        descriptors[number] = descriptors[other]
      }
      self.command = command
      let (path, words) = try command.resolved()
      processIdentifier = try spawn(
        path: path, words: words, environment: command.wholeEnvironment, descriptors: descriptors,
        terminal: terminal?.path, workingDirectory: command.workingDirectory)
    } catch {
      for descriptor in ours { close(descriptor) }
      throw error
    }
    pump = Pump(pid: processIdentifier, state: state)
    pump.start()
    do throws(ToolFailure) {
      try Keeper.shared.watch(processIdentifier)
    } catch {
      pump.state.withLock { $0.mustEnd = true }
      throw error
    }
  }

  // MARK: Feeding

  /// Writes bytes to the process's standard input and waits until the pipe has accepted them all.
  ///
  /// - Throws: ``ToolFailure`` when time runs out or the process has closed its end.
  public func write(_ bytes: [UInt8], timeout: Duration = .seconds(20)) async throws(ToolFailure) {
    pump.state.withLock { $0.toWrite += bytes }
    try await until("its input is taken", timeout) { $0.toWrite.isEmpty || $0.input == nil }
    if pump.state.withLock({ $0.inputIsBroken || $0.input == nil }) {
      throw ToolFailure("\(command): closed its input before everything was written")
    }
  }

  /// Ends the process's standard input after all written bytes are in the pipe.
  public func closeInput() { pump.state.withLock { $0.endsInputWhenWritten = true } }

  /// Presses keys at the process's terminal: `"\u{3}"` is Ctrl-C.
  public func type(_ keys: String) { pump.state.withLock { $0.toType += Array(keys.utf8) } }

  /// Sends a signal to the process, not to its children.
  public func send(_ signal: Int32) { kill(processIdentifier, signal) }

  // MARK: Reading

  /// Takes the next bytes that a descriptor wrote: exactly `count`, or fewer at its end.
  ///
  /// - Throws: ``ToolFailure`` when time runs out.
  public func readOutput(
    _ count: Int, from descriptor: Int32 = 1, timeout: Duration = .seconds(20)
  ) async throws(ToolFailure) -> [UInt8] {
    pump.state.withLock { state in
      guard let limit = state.streams[descriptor]?.limit, limit != .max else { return }
      state.streams[descriptor]?.limit = count
    }
    try await until("\(count) bytes of descriptor \(descriptor)", timeout) { state in
      guard let stream = state.streams[descriptor] else { return true }
      return stream.hasEnded || stream.bytes.count >= count
    }
    return pump.state.withLock { state in
      let taken = Array(state.streams[descriptor]?.bytes.prefix(count) ?? [])
      state.streams[descriptor]?.bytes.removeFirst(taken.count)
      if state.streams[descriptor]?.limit != .max { state.streams[descriptor]?.limit = 0 }
      return taken
    }
  }

  /// Drains a descriptor's pipe continuously from now on.
  public func drain(_ descriptor: Int32 = 1) {
    pump.state.withLock { $0.streams[descriptor]?.limit = .max }
  }

  /// Waits until standard error holds this text.
  ///
  /// - Throws: ``ToolFailure`` when time runs out or the process ends without it.
  public func waitForError(
    containing text: String, timeout: Duration = .seconds(20)
  ) async throws(ToolFailure) {
    try await until("\"\(text)\" on stderr", timeout) { state in
      Pump.text(state.streams[2]).contains(text) || state.streams[2]?.hasEnded != false
    }
    guard errorText.contains(text) else {
      throw ToolFailure("\(command): ended without \"\(text)\" on stderr: \(errorText)")
    }
  }

  /// The text on standard error so far, except what ``readOutput(_:from:timeout:)`` took.
  public var errorText: String { pump.state.withLock { Pump.text($0.streams[2]) } }

  /// The terminal's content so far, byte for byte as the process wrote it.
  public var terminalText: String {
    pump.state.withLock { Pump.text($0.streams[Pump.terminalKey]) }
  }

  // MARK: The end

  /// The exit status, or `nil` while it runs.
  public var status: ExitStatus? { pump.state.withLock { $0.status } }

  /// Waits until the process ends.
  ///
  /// - Throws: ``ToolFailure`` when time runs out; the process is then killed.
  @discardableResult
  public func wait(timeout: Duration = .seconds(20)) async throws(ToolFailure) -> ExitStatus {
    try await until("it ends", timeout) { $0.status != nil }
    guard let status else { throw ToolFailure("\(command): ended without a status") }
    return status
  }

  /// Waits until the process and all its captured output end, and takes the remaining output.
  ///
  /// - Throws: ``ToolFailure`` when time runs out, which also happens if a child of the process
  ///   still holds its output open.
  public func finish(timeout: Duration = .seconds(20)) async throws(ToolFailure) -> ToolResult {
    let status = try await wait(timeout: timeout)
    try await until("its output ends", timeout) { state in
      state.streams.values.allSatisfy { $0.hasEnded || $0.limit != .max }
    }
    return pump.state.withLock { state in
      let terminalText = Pump.text(state.streams[Pump.terminalKey])
      let outputs = state.streams.filter { $0.key >= 0 }.mapValues(\.bytes)
      return ToolResult(
        command: command, status: status, outputs: outputs, terminalText: terminalText)
    }
  }

  /// Kills the process and its whole group, and releases its process id.
  func end() async {
    pump.state.withLock { $0.mustEnd = true }
    while !pump.state.withLock({ $0.isOver }) { await pause() }
  }

  /// Asks the process to end, and kills it if it takes longer than `grace`.
  func end(after grace: Duration) async {
    let deadline = ContinuousClock.now + grace
    send(SIGTERM)
    send(SIGCONT)
    while status == nil, ContinuousClock.now < deadline { await pause() }
    await end()
  }

  private func until(
    _ goal: String, _ timeout: Duration, _ isReached: (borrowing Pump.State) -> Bool
  ) async throws(ToolFailure) {
    let deadline = ContinuousClock.now + timeout
    while !pump.state.withLock({ isReached($0) }) {
      if Task.isCancelled || ContinuousClock.now > deadline {
        let reason = Task.isCancelled ? "cancelled" : "no end within \(timeout)"
        let words = errorText
        let state = status.map(\.description) ?? "running"
        kill(-processIdentifier, SIGKILL)
        throw ToolFailure("\(command): \(reason) while waiting until \(goal) (\(state)): \(words)")
      }
      await pause()
    }
  }
}

extension Pump {
  fileprivate static func text(_ stream: Stream?) -> String {
    String(decoding: stream?.bytes ?? [], as: UTF8.self)
  }
}

extension Command {
  /// The path and all arguments. A shell starts the program if signals must arrive ignored, since
  /// this process would otherwise have to ignore them itself.
  fileprivate func resolved() throws(ToolFailure) -> (path: String, words: [String]) {
    let path =
      if isTool { try BuiltTool.path(of: name) } else { try ProgramPath.find(name) }
    guard !ignoredSignals.isEmpty else { return (path, [name] + arguments) }
    let trap = "trap '' \(ignoredSignals.joined(separator: " ")); exec \"$@\""
    return ("/bin/sh", ["sh", "-c", trap, "sh", path] + arguments)
  }

  fileprivate var wholeEnvironment: [String: String] {
    var whole = Command.baseEnvironment
    for (name, value) in environment { whole[name] = value }
    return whole
  }
}

/// Sleeps briefly, even in a cancelled task, so that no wait becomes a spin.
func pause(_ duration: Duration = .milliseconds(2)) async {
  do {
    try await Task.sleep(for: duration)
  } catch {
    await Task { try? await Task.sleep(for: duration) }.value
  }
}
