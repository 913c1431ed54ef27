import Foundation
import TestSupport
import Testing

/// What the shells offer behind a line, asked of the shells themselves.
@Suite struct CompletionTests {
  let folder: TemporaryDirectory
  init() throws { folder = try TemporaryDirectory() }

  /// What is typed, and all that is offered there.
  private static let offers: [(line: String, offers: Set<String>)] = [
    ("sd-play -D vir", ["virtual:null, Virtual", "virtual:loopback, Virtual"]),
    ("sd-playrec --input-device virtual", ["virtual:null, Virtual", "virtual:loopback, Virtual"]),
    ("sd-rec -f s2", ["s24le", "s24be"]),
    ("sd-playrec --record-format a", ["alaw"]),
    ("sd-cat -t ca", ["caf"]),
    ("sd-play -t au", ["au", "auto"]),
    ("sd-wire --xrun ", ["ignore", "warn", "fail", "abort"]),
    ("sd-play -L ", ["low", "high"]),
    ("sd-playrec --compensate ", ["auto", "measure"]),
    ("sd-cat -r 9", ["96000"]),
    ("sd-play --st", ["--stall", "--start", "--status-fd"]),
    ("sd-list --host", ["--host-apis"]),
    ("sd-play --no-d", ["--no-dither"]),
    ("sd-rec --input-dev", ["--input-device"]),
    ("sd-cat -o so", ["song.wav"]),
    ("sd-plot -f ul", ["ulaw"]),
    ("sd-plot --wave", ["--waveform"]),
    ("sd-plot so", ["song.wav"]),
    ("sd-play so", ["song.wav"]),
    ("sd-list so", []),
    ("sd-wire so", []),
  ]

  @Test(.requires("bash")) func bash() async throws {
    try await check { line in
      try await ask(
        "bash", ["--norc", "-c", Self.bashDriver, "bash", Self.path("sd-tools.bash"), line]
      )
      .map { $0.replacing("\\", with: "") }
    }
  }

  @Test(.requires("zsh")) func zsh() async throws {
    try await check { line in
      let text = try await ask(
        "zsh", ["-f", "-c", Self.zshDriver, "zsh", BuiltTool.packageFile("completions"), line])
      return text.compactMap { word in
        let parts = word.split(separator: "@", omittingEmptySubsequences: false)
        return parts.count >= 3 ? String(parts[parts.count - 2]).replacing("\\", with: "") : nil
      }
    }
  }

  @Test(.requires("fish")) func fish() async throws {
    // Under the names it is installed as, which say what to complete.
    for program in ManPage.programs {
      try FileManager.default.createSymbolicLink(
        atPath: folder.file("\(program).fish"), withDestinationPath: Self.path("sd-tools.fish"))
    }
    try await check { line in
      try await ask(
        "fish",
        ["--no-config", "-c", "set fish_complete_path \(folder.path); complete -C '\(line)'"]
      ).map { line in String(line.prefix { $0 != "\t" }) }
    }
  }

  @Test(.requires("bash")) func bashTakesNamesWithColonsAndQuotesUpWhereReadlineDoes() async throws
  {
    func offers(_ line: String) async throws -> Set<String> {
      Set(
        try await ask(
          "bash", ["--norc", "-c", Self.bashDriver, "bash", Self.path("sd-tools.bash"), line]))
    }
    #expect(try await offers("sd-play -D virtual:n") == ["null\\,\\ Virtual"])
    #expect(try await offers("sd-play --device=virtual:n") == ["null\\,\\ Virtual"])
    #expect(try await offers("sd-play --device=v").count == 2)
    #expect(try await offers("sd-play -Dvirtual:l") == ["loopback\\,\\ Virtual"])
    #expect(try await offers("sd-play -D \"virtual:l") == ["virtual:loopback, Virtual"])
    #expect(try await offers("sd-rec --xrun=a") == ["abort"])
    #expect(try await offers("sd-play -- --xr") == [])
  }

  @Test(.requires("bash", "timeout")) func aDeadSoundServerDoesNotHoldUpTheShell() async throws {
    try folder.write(Array("#!/bin/sh\nexec sleep 600\n".utf8), to: "sd-list")
    try #require(unsafe chmod(folder.file("sd-list"), 0o755) == 0)
    let offers = try await ask(
      "bash",
      ["--norc", "-c", Self.bashDriver, "bash", Self.path("sd-tools.bash"), "sd-play -D vir"],
      ahead: folder.path + ":")
    #expect(offers.isEmpty)
  }

  // MARK: Asking

  private func check(_ offers: (String) async throws -> [String]) async throws {
    try folder.write([], to: "song.wav")
    for (line, expected) in Self.offers {
      let offered = Set(try await offers(line))
      #expect(offered == expected, "behind '\(line)'")
    }
  }

  /// The lines a shell prints.
  private func ask(
    _ shell: String, _ arguments: [String], ahead: String = ""
  ) async throws -> [String] {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    var command = Command.program(shell, arguments).with(
      environment: [
        "PATH": "\(ahead)\(BuiltTool.directory):\(path)", "HOME": folder.path, "TERM": "dumb",
        "XDG_CONFIG_HOME": folder.path, "XDG_DATA_HOME": folder.path,
      ])
    command.workingDirectory = folder.path
    let result = try await run(command, timeout: .seconds(60))
    #expect(result.succeeded && result.errorText.isEmpty, "\(result)")
    return result.outputText.split(whereSeparator: \.isNewline).map(String.init)
  }

  private static func path(_ name: String) -> String {
    BuiltTool.packageFile("completions/\(name)")
  }

  /// Calls the function as readline does: with words taken apart at `:` and `=` outside quotes.
  private static let bashDriver = """
    source "$1"
    line=$2
    COMP_WORDS=($(sed -E '/"/! s/([:=]+)/ \\1 /g' <<<"$line"))
    [[ $line == *' ' ]] && COMP_WORDS+=('')
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    eval "$(complete -p "${COMP_WORDS[0]}" | sed 's/.* -F \\([^ ]*\\) .*/\\1/')" '"${COMP_WORDS[0]}"'
    ((${#COMPREPLY[@]})) && printf '%s\\n' "${COMPREPLY[@]}"
    exit 0
    """

  /// Presses the tab key at a shell whose `compadd` tells what it is given.
  private static let zshDriver = """
    zmodload zsh/zpty
    zpty z zsh -f -i
    zpty -w z "PROMPT=; fpath=($1 \\$fpath); autoload -Uz compinit; compinit -D -u
    compadd() {
      local -a offered
      if [[ \\"\\${@[1,(i)(-|--)]}\\" != *-(O|A|D)\\ * ]]; then
        builtin compadd -A offered \\"\\$@\\"
        print -rl -- '' @\\${^offered}@
      fi
      builtin compadd \\"\\$@\\"
    }
    press() { zle complete-word; print; print -r -- tab-is-over }
    zle -N press; bindkey '^I' press; print -r -- shell-is-''ready"
    zpty -r z line '*shell-is-ready*'
    zpty -n -w z "$2"$'\\t'
    zpty -r z text '*tab-is-over*'
    print -r -- "$text"
    zpty -d z
    """
}
