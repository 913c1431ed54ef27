import TestSupport

/// A scenario of `sd-test-client`, in a process of its own.
func clientCommand(_ arguments: String..., environment: [String: String?] = [:]) -> Command {
  Command.tool("sd-test-client", arguments).with(environment: environment)
}
