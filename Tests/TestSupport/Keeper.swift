import Foundation
import Synchronization

/// A shell that outlives this process briefly and ends the children it left running.
///
/// It reads the process ids of started and ended children from a pipe whose only writer is this
/// process. However this process ends, so does the pipe, and the shell ends the remaining children.
/// The kernel's parent-death signal would not do: it follows the thread that spawned, and pool
/// threads come and go.
final class Keeper: Sendable {
  static let shared = Keeper()

  private let pipe: Result<Int32, ToolFailure>

  private init() {
    do throws(ToolFailure) {
      let (reading, writing) = try closeOnExecPipe()
      defer { close(reading) }
      let null = try openFile("/dev/null", O_WRONLY)
      defer { close(null) }
      _ = try spawn(
        path: "/bin/sh", words: ["sd-test-keeper", "-c", Keeper.script], environment: [:],
        descriptors: [0: reading, 1: null, 2: null], terminal: nil, workingDirectory: "/")
      pipe = .success(writing)
    } catch {
      pipe = .failure(error)
    }
  }

  /// Makes the keeper end this child's whole group if this process ends first.
  ///
  /// - Throws: ``ToolFailure`` if there is no keeper; then no child may be started.
  func watch(_ pid: pid_t) throws(ToolFailure) { try report("+ \(pid)\n") }

  /// Reports that the child has ended and its process id is about to be free.
  func forget(_ pid: pid_t) throws(ToolFailure) { try report("- \(pid)\n") }

  private func report(_ line: String) throws(ToolFailure) {
    let bytes = Array(line.utf8)
    guard unsafe write(try pipe.get(), bytes, bytes.count) == bytes.count else {
      throw ToolFailure("reporting to the keeper of children", code: errno)
    }
  }

  private static let script = """
    trap '' HUP INT QUIT TERM
    PATH=/usr/bin:/bin
    all=' '
    while read -r change pid; do
      case $change in
        +) all="$all$pid " ;;
        -) all="${all%% $pid *} ${all#* $pid }" ;;
      esac
    done
    for signal in TERM CONT wait KILL; do
      for pid in $all; do
        case $signal in
          wait) sleep 1; break ;;
          *) kill -s $signal -- -$pid ;;
        esac
      done
    done
    """
}
