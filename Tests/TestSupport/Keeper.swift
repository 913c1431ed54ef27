import Foundation
import Synchronization

/// The shell that outlives this process for a moment and ends what it left running.
///
/// It reads the numbers of started and ended children from a pipe whose only writer is this process;
/// when the pipe ends, however this process came to its end, it ends what is still there. The
/// kernel's parent-death signal would not do: it follows the thread that spawned, and threads of a
/// pool come and go.
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

  /// Ends this child's whole group should this process end without doing so.
  ///
  /// - Throws: ``ToolFailure`` if there is no keeper: then nothing may be started either.
  func watch(_ pid: pid_t) throws(ToolFailure) { try report("+ \(pid)\n") }

  /// The child has ended and its number is about to be free.
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
