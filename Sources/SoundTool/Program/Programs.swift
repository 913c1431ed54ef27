/// Several programs in one executable, which acts on the name by which it is called.
public enum Programs {
  /// Runs the program of these by whose name the process was called, and ends the process.
  ///
  /// Called by any other name, it reports a usage error.
  public static func main(_ programs: [any Tool.Type]) {
    let path = CommandLine.arguments.first ?? ""
    if let program = named(path, among: programs) { return program.main() }
    let names = programs.map { $0.programName }.joined(separator: ", ")
    ProgramExit.end(.usage(path, "call it by one of these names: \(names)"), isOpenEnded: false)
  }

  /// The program that a path such as `/usr/bin/sd-play` names.
  static func named(_ path: String, among programs: [any Tool.Type]) -> (any Tool.Type)? {
    let name = path.split(separator: "/").last.map(String.init)
    return programs.first { $0.programName == name }
  }
}
