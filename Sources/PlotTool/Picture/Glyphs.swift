/// Bitmap letters: ASCII on a grid of 5 × 7, drawn twice as large with smoothed corners.
enum Glyphs {
  /// Pixels from letter to letter.
  static let advance = 12
  /// Pixels of a capital letter's height.
  static let height = 14

  /// Pixels of a text's width.
  static func width(of text: String) -> Int {
    max(0, text.unicodeScalars.count * advance - 2)
  }

  /// Calls `body` with column and row of each pixel of a letter; non-ASCII becomes a question mark.
  static func forEachPixel(of scalar: Unicode.Scalar, _ body: (Int, Int) -> Void) {
    let isKnown = (0x20...0x7E).contains(scalar.value)
    let rows = rows[isKnown ? Int(scalar.value) - 0x20 : Int(UInt8(ascii: "?")) - 0x20]
    func dot(_ column: Int, _ row: Int) -> Bool {
      guard (0..<5).contains(column), (0..<7).contains(row) else { return false }
      return rows >> UInt64(34 - row * 5 - column) & 1 == 1
    }
    for y in 0..<14 {
      for x in 0..<10 {
        let (column, row) = (x / 2, y / 2)
        // A quarter of a dot belongs to its two neighbours if both are set and those across are
        // not, so that a diagonal becomes a line.
        let (across, along) = (x % 2 == 0 ? -1 : 1, y % 2 == 0 ? -1 : 1)
        let joins =
          dot(column + across, row) && dot(column, row + along)
          && !dot(column + across, row + along) && !dot(column - across, row)
          && !dot(column, row - along)
        if dot(column, row) || joins { body(x, y) }
      }
    }
  }

  // Seven rows of five dots from the top, the leftmost in the highest bit.
  private static let rows: [UInt64] = [
    0x0, 0x10842_1004, 0x294A0_0000, 0x295F5_7D4A, 0x11F47_17C4, 0x63222_2263, 0x32544_564D,
    0x10880_0000, 0x8884_2082, 0x20821_0888, 0x957_5480, 0x84F_9080, 0x3088, 0xF_8000, 0x18C,
    0x222_2200, 0x3A33A_E62E, 0x11842_108E, 0x3A211_111F, 0x7C441_062E, 0x8CA9_7C42, 0x7E1E0_862E,
    0x1910F_462E, 0x7C222_2108, 0x3A317_462E, 0x3A317_844C, 0x18C0_3180, 0x18C0_3088, 0x8888_2082,
    0x1F0_7C00, 0x20820_8888, 0x3A211_1004, 0x3A216_D6AE, 0x3A318_FE31, 0x7A31F_463E,
    0x3A308_422E, 0x72518_C65C, 0x7E10F_421F, 0x7E10F_4210, 0x3A30B_C62F, 0x4631F_C631,
    0x38842_108E, 0x1C421_0A4C, 0x4654C_5251, 0x42108_421F, 0x4775A_C631, 0x4639A_CE31,
    0x3A318_C62E, 0x7A31F_4210, 0x3A318_D64D, 0x7A31F_5251, 0x3E107_043E, 0x7C842_1084,
    0x46318_C62E, 0x46318_C544, 0x4631A_D6AA, 0x462A2_2A31, 0x46315_1084, 0x7C222_221F,
    0x39084_210E, 0x2082_0820, 0x38421_084E, 0x11510_0000, 0x1F, 0x20820_0000, 0xE0_BE2F,
    0x4216C_C63E, 0xE8_422E, 0x42D9_C62F, 0xE8_FE0E, 0x1928E_2108, 0x1F18_BC2E, 0x4216C_C631,
    0x100C2_108E, 0x8061_0A4C, 0x4212A_6292, 0x30842_108E, 0x1AA_D631, 0x16C_C631, 0xE8_C62E,
    0x1E8_FA10, 0xD9_BC21, 0x16C_C210, 0xE8_383E, 0x211C4_2126, 0x118_C66D, 0x118_C544,
    0x118_D6AA, 0x115_1151, 0x118_BC2E, 0x1F1_111F, 0x8844_1082, 0x10842_1084, 0x20841_1088,
    0x8A_8800,
  ]
}
