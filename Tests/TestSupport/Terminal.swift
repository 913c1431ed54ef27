import CTestSupport
import Foundation

/// A pseudo-terminal of 80 columns that passes every byte unchanged, except that Ctrl-C, Ctrl-\ and
/// Ctrl-Z become signals.
struct Terminal {
  let master: Int32
  let slave: Int32
  let path: String

  init() throws(ToolFailure) {
    let master = posix_openpt(O_RDWR | O_NOCTTY)
    guard master >= 0 else { throw ToolFailure("opening a terminal", code: errno) }
    _ = fcntl(master, F_SETFD, FD_CLOEXEC)
    do throws(ToolFailure) {
      guard grantpt(master) == 0, unlockpt(master) == 0, let name = unsafe ptsname(master) else {
        throw ToolFailure("unlocking a terminal", code: errno)
      }
      path = unsafe String(cString: name)
      slave = try openFile(path, O_RDWR | O_NOCTTY)
    } catch {
      close(master)
      throw error
    }
    self.master = master
    var settings = termios()
    unsafe tcgetattr(slave, &settings)
    settings.c_oflag &= ~tcflag_t(OPOST)
    settings.c_lflag &= ~tcflag_t(ECHO)
    unsafe tcsetattr(slave, TCSANOW, &settings)
    var size = winsize(ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0)
    _ = unsafe ioctl(slave, UInt(TIOCSWINSZ), &size)
  }
}
