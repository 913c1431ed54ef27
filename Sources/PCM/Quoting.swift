/// `text` in quotes for a message of one line: what would break the line becomes `?`.
func quoted(_ text: some StringProtocol) -> String {
  let plain = text.unicodeScalars.map { scalar in
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: "?" as Character
    default: Character(scalar)
    }
  }
  return "'" + String(plain) + "'"
}
