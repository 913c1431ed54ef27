/// `text` in quotes for a one-line message, with control characters and line breaks as `?`.
func quoted(_ text: some StringProtocol) -> String {
  let plain = text.unicodeScalars.map { scalar in
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: "?" as Character
    default: Character(scalar)
    }
  }
  return "'" + String(plain) + "'"
}
