import Spectrum
import Testing

@testable import PlotTool

@Suite struct CanvasTests {
  private func canvas(_ environment: [String: String], isTerminal: Bool = true) -> Canvas {
    Canvas(1, isTerminal: isTerminal) { environment[$0] }
  }

  @Test func coloursAreThoseOfTheTerminal() {
    let utf8 = ["LANG": "en_US.UTF-8"]
    func with(_ more: [String: String]) -> Canvas { canvas(utf8.merging(more) { $1 }) }
    #expect(with(["TERM": "xterm-256color"]).colors == .palette256)
    #expect(with(["TERM": "xterm-256color", "COLORTERM": "truecolor"]).colors == .trueColor)
    #expect(with(["TERM": "xterm-direct"]).colors == .trueColor)
    #expect(with(["TERM": "vt100"]).colors == .none)
    let plain = with(["TERM": "xterm-256color", "COLORTERM": "truecolor", "NO_COLOR": "1"])
    #expect(plain.colors == .none && !plain.hasHalfBlocks && plain.movesCursor)
  }

  @Test func halfBlocksNeedUTF8AndColours() {
    let term = ["TERM": "xterm-256color"]
    #expect(!canvas(term).hasHalfBlocks)
    #expect(!canvas(term.merging(["LANG": "C"]) { $1 }).hasHalfBlocks)
    #expect(canvas(term.merging(["LANG": "C.UTF-8"]) { $1 }).hasHalfBlocks)
    #expect(!canvas(term.merging(["LANG": "C.UTF-8", "LC_ALL": "C"]) { $1 }).hasHalfBlocks)
  }

  @Test func noTerminalIsPlainText() {
    let plain = canvas(
      ["TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"], isTerminal: false)
    #expect(plain.colors == .none && !plain.hasHalfBlocks && !plain.movesCursor)
    #expect(!canvas(["TERM": "dumb"]).movesCursor)
    #expect(!canvas([:]).movesCursor)
  }
}

@Suite struct CellTextTests {
  private func text(_ colors: Canvas.Colors, halfBlocks: Bool) -> CellText {
    CellText(Canvas(descriptor: 1, colors: colors, hasHalfBlocks: halfBlocks, movesCursor: true))
  }

  @Test func withoutColoursLevelsAreLetters() {
    #expect(text(.none, halfBlocks: false).line([0, 0.5, 1, -3, 7]) == " +@ @")
  }

  @Test func halfBlocksShowTwoLevelsInAColumn() {
    let cells = text(.trueColor, halfBlocks: true)
    #expect(cells.levelsPerColumn == 2)
    #expect(
      cells.line([0, 1, 1, 1])
        == "\u{1B}[48;2;255;255;255m\u{1B}[38;2;0;0;0m▌ \u{1B}[0m")
  }

  @Test func coloursOf256AreTheClosest() {
    #expect(CellText.paletteIndex(Color(0, 0, 0)) == 16)
    #expect(CellText.paletteIndex(Color(255, 255, 255)) == 231)
    #expect(CellText.paletteIndex(Color(255, 85, 85)) == 203)
    #expect(text(.palette256, halfBlocks: false).line([1]) == "\u{1B}[48;5;231m \u{1B}[0m")
  }
}

@Suite struct FrequencyRulerTests {
  @Test(arguments: [10, 39, 79, 199]) func itFitsAndItsTicksStandWhereTheyBelong(columns: Int) {
    let scale = FrequencyScale(low: 0, high: 8_000)
    let ruler = FrequencyRuler.text(scale, columns: columns)
    #expect(ruler.count <= columns)
    #expect(ruler.hasPrefix("|0"))
    for (index, character) in ruler.enumerated() where character == "|" {
      let label = ruler.dropFirst(index + 1).prefix { $0 != " " && $0 != "|" }
      let number = Double(label.filter { $0 != "k" }) ?? -1
      let frequency = label.hasSuffix("k") ? number * 1_000 : number
      #expect(index == Int(frequency / 8_000 * Double(columns)), "\(ruler)")
    }
  }
}
