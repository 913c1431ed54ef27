internal import Spectrum

/// Turns measurements into the marks inside a panel.
enum PanelContent {
  /// The waveform, with its RMS inside.
  ///
  /// - Parameter frameCount: Frames of the sound.
  static func marks(_ wave: WaveformColumns, frameCount: Int, in box: Box) -> [Mark] {
    var marks: [Mark] = [
      .fill(Box(x: box.x, y: box.y + box.height / 2, width: box.width, height: 1), .grid)
    ]
    guard frameCount > 0, !wave.columns.isEmpty else { return marks }
    func row(_ sample: Float) -> Int {
      let share = (1 - min(1, max(-1, sample))) / 2
      return box.y + min(box.height - 1, Int(share * Float(box.height)))
    }
    var outer: [ClosedRange<Int>] = []
    var inner: [ClosedRange<Int>] = []
    var previous: WaveformColumns.Column?
    for x in 0..<box.width {
      let columns = pixel(
        x, of: box.width, frameCount: frameCount, perColumn: Double(wave.framesPerColumn),
        shift: 0, count: wave.columns.count)
      var column = wave.columns[columns.lowerBound]
      for index in columns.dropFirst() {
        let other = wave.columns[index]
        column.low = min(column.low, other.low)
        column.high = max(column.high, other.high)
        column.meanSquare += other.meanSquare
      }
      column.meanSquare /= Float(columns.count)
      // Each column reaches the previous one, so that the line has no gaps.
      let low = min(column.low, previous?.high ?? column.low)
      let high = max(column.high, previous?.low ?? column.high)
      outer.append(row(high)...row(low))
      let rms = column.meanSquare.squareRoot()
      inner.append(row(min(rms, column.high))...row(max(-rms, column.low)))
      previous = column
    }
    marks += [.spans(outer, x: box.x, .wave), .spans(inner, x: box.x, .loudness)]
    return marks
  }

  /// The spectrogram, with the panel's rows.
  static func image(
    _ columns: SpectrogramColumns, frameCount: Int, width: Int, decibels: ClosedRange<Double>
  ) -> LevelImage {
    let height = columns.rowCount
    var image = LevelImage(width: width, height: height)
    guard frameCount > 0, columns.count > 0 else { return image }
    for x in 0..<width {
      let range = pixel(
        x, of: width, frameCount: frameCount, perColumn: Double(columns.framesPerColumn),
        shift: Double(columns.hop) / 2, count: columns.count)
      for row in 0..<height {
        var sum: Float = 0
        for column in range { sum += columns.powers[column * height + row] }
        let level = decibels.position(ofPower: Double(sum) / Double(range.count))
        image.levels[(height - 1 - row) * width + x] = UInt8(255 * min(1, max(0, level)))
      }
    }
    return image
  }

  /// The columns that a column of pixels shows, at least one.
  ///
  /// - Parameter shift: Frames before the first column.
  private static func pixel(
    _ x: Int, of width: Int, frameCount: Int, perColumn: Double, shift: Double, count: Int
  ) -> Range<Int> {
    func column(_ x: Int) -> Double {
      (Double(x) * Double(frameCount) / Double(width) + shift) / perColumn
    }
    let first = min(count - 1, Int(column(x)))
    let beyond = min(count, max(first + 1, Int(column(x + 1).rounded())))
    return first..<beyond
  }
}
