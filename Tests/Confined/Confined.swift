// Confines itself as sd-cat does and then tries what a decoder that was led astray would try.

import Platform
import SoundTool

@main enum Confined {
  static func main() {
    let words = CommandLine.arguments.dropFirst()
    guard let deed = words.first else { exit(2) }
    let path = words.dropFirst().first
    Messages.verbosity = .verbose
    Confinement.begin(writing: deed == "create" || deed == "create late" ? path : nil)
    if deed == "create late" { Confinement.complete() }
    attempt(deed, path ?? "")
  }

  private static func attempt(_ deed: String, _ path: String) {
    switch deed {
    case "nothing": end(true)
    case "thread":
      var thread = pthread_t()
      unsafe end(
        pthread_create(&thread, nil, { _ in nil }, nil) == 0 && pthread_join(thread, nil) == 0)
    case "memory": end([UInt8](repeating: 1, count: 100 << 20).last == 1)
    case "read": unsafe end(open(path, O_RDONLY) >= 0)
    case "create", "create late": unsafe end(open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600) >= 0)
    case "run": end(execl(path) == 0)
    case "spawn": end(spawn(path) == 0)
    case "socket": end(socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) >= 0)
    case "kill": end(kill(getppid(), 0) == 0)
    case "remove": unsafe end(unlink(path) == 0)
    // What isatty asks in glibc 2.42 and later: TCGETS2.
    case "terminal":
      var attributes = [UInt8](repeating: 0, count: 256)
      unsafe end(ioctl(1, 0x802C_542A, &attributes) == 0)
    case "code":
      let page = unsafe mmap(nil, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
      unsafe end(page != MAP_FAILED)
    default: exit(2)
    }
  }

  private static func execl(_ path: String) -> Int32 {
    let name = unsafe strdup(path)
    var words: [UnsafeMutablePointer<CChar>?] = unsafe [name, nil]
    return unsafe execv(path, &words)
  }

  private static func spawn(_ path: String) -> Int32 {
    let name = unsafe strdup(path)
    var words: [UnsafeMutablePointer<CChar>?] = unsafe [name, nil]
    var child: pid_t = 0
    return unsafe posix_spawn(&child, path, nil, nil, &words, nil)
  }

  private static func end(_ worked: Bool) -> Never { exit(worked ? 0 : 1) }
}
