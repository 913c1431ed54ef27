import Foundation

/// Runs one of this package's programs to its end.
///
/// - Throws: ``ToolFailure`` if it cannot start, or does not end in time and is killed.
public nonisolated(nonsending) func runTool(
  _ name: String, _ arguments: [String] = [], stdin: ProcessInput = .null,
  environment: [String: String?] = [:], timeout: Duration = .seconds(20)
) async throws -> ToolResult {
  try await run(
    .tool(name, arguments).reading(stdin).with(environment: environment), timeout: timeout)
}

/// Runs any program to its end.
///
/// - Throws: ``ToolFailure`` if it cannot start, or does not end in time and is killed.
public nonisolated(nonsending) func runProgram(
  _ name: String, _ arguments: [String] = [], stdin: ProcessInput = .null,
  environment: [String: String?] = [:], timeout: Duration = .seconds(20)
) async throws -> ToolResult {
  try await run(
    .program(name, arguments).reading(stdin).with(environment: environment), timeout: timeout)
}

/// Runs a command to its end.
///
/// - Throws: ``ToolFailure`` if it cannot start, or does not end in time and is killed.
public nonisolated(nonsending) func run(
  _ command: Command, timeout: Duration = .seconds(20)
) async throws -> ToolResult {
  try await withTool(command) { try await $0.finish(timeout: timeout) }
}

/// Runs the body with a started command, and kills it afterwards if it is still running.
///
/// - Throws: ``ToolFailure`` if it cannot start, and any error of the body.
public nonisolated(nonsending) func withTool<R>(
  _ command: Command, _ body: nonisolated(nonsending) (ToolProcess) async throws -> R
) async throws -> R {
  try await withPipeline([command]) { try await body($0[0]) }
}

/// Runs commands joined by real pipes, standard output to standard input, until all have ended.
///
/// - Returns: One result for each stage; the last one's output is the pipeline's.
/// - Throws: ``ToolFailure`` if one cannot start or does not end in time; all are then killed.
public nonisolated(nonsending) func runPipeline(
  _ commands: [Command], timeout: Duration = .seconds(20)
) async throws -> [ToolResult] {
  try await withPipeline(commands) { stages in
    var results: [ToolResult] = []
    for stage in stages { results.append(try await stage.finish(timeout: timeout)) }
    return results
  }
}

/// Runs the body with started commands joined by real pipes.
///
/// Only a pipe's two neighbours hold its ends, so end of file and broken pipes arrive as they do in
/// a shell.
///
/// - Throws: ``ToolFailure`` if one cannot start, and any error of the body.
public nonisolated(nonsending) func withPipeline<R>(
  _ commands: [Command], _ body: nonisolated(nonsending) ([ToolProcess]) async throws -> R
) async throws -> R {
  var stages: [ToolProcess] = []
  do {
    try start(commands, into: &stages)
    let result = try await body(stages)
    for stage in stages { await stage.end() }
    return result
  } catch {
    for stage in stages { await stage.end() }
    throw error
  }
}

private func start(_ commands: [Command], into stages: inout [ToolProcess]) throws(ToolFailure) {
  var upstream: Int32?
  defer { if let upstream { close(upstream) } }
  for (index, command) in commands.enumerated() {
    var command = command
    if let upstream { command.input = .descriptor(upstream) }
    var pipe: (reading: Int32, writing: Int32)?
    if index < commands.count - 1 {
      let new = try closeOnExecPipe()
      pipe = new
      command.outputs[1] = .descriptor(new.writing)
    }
    defer { if let pipe { close(pipe.writing) } }
    let previous = upstream
    upstream = pipe?.reading
    defer { if let previous { close(previous) } }
    stages.append(try ToolProcess(command))
  }
}
