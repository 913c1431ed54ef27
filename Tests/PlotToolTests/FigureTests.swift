import SoundTool
import Spectrum
import Testing

@testable import PlotTool

@Suite struct FigureTests {
  private let size = PictureSize(width: 1_200, height: 900)

  @Test func panelsFillTheAreaWithoutOverlap() throws {
    for channelCount in 1...4 {
      let figure = try Figure(size, channelCount: channelCount, waveform: true, spectrogram: true)
      #expect(figure.panels.count == 2 * channelCount)
      #expect(figure.panels.first?.box.y == figure.area.y)
      #expect(figure.panels.last?.box.bottom == figure.area.bottom)
      for (a, b) in zip(figure.panels, figure.panels.dropFirst()) {
        #expect(b.box.y == a.box.bottom + 10)
      }
      for panel in figure.panels {
        #expect(panel.box.x == figure.area.x && panel.box.width == figure.area.width)
        #expect(panel.box.height >= 16)
      }
    }
  }

  @Test func tooManyChannelsForAPictureAreRefused() {
    #expect(throws: ToolError.self) {
      try Figure(size, channelCount: 64, waveform: true, spectrogram: true)
    }
  }

  @Test func everyMarkLiesInThePicture() throws {
    let figure = try Figure(size, channelCount: 2, waveform: true, spectrogram: true)
    for duration in [0, 0.01, 3, 100, 5_000, 1e6] {
      let marks = figure.marks(
        title: String(repeating: "long", count: 100), subtitle: "48000 Hz", duration: duration,
        scale: FrequencyScale(low: 0, high: 24_000), decibels: -90...0)
      for case .text(let text, let x, let y, let anchor) in marks {
        let width = Glyphs.width(of: text)
        let left = anchor == .start ? x : anchor == .end ? x - width : x - width / 2
        #expect(left >= 0 && left + width <= 1_200, "\(text) at \(left)")
        #expect(y >= 7 && y <= 893)
      }
    }
  }

  @Test func aPixelShowsWhatIsAtItsTime() {
    let wave = WaveformColumns(wanted: 100)
    var samples = [Float](repeating: 0, count: 10_000)
    samples[7_321] = 1
    wave.add(samples.span)
    wave.finish()
    let marks = PanelContent.marks(
      wave, frameCount: 10_000, in: Box(x: 50, y: 10, width: 100, height: 41))
    guard case .spans(let spans, let x, .wave) = marks[1] else {
      Issue.record("no waveform")
      return
    }
    #expect(x == 50 && spans.count == 100)
    let high = spans.indices.filter { spans[$0].lowerBound == 10 }
    // Where it rises to the peak, and where it comes back.
    #expect(high.contains(73) && high.allSatisfy { (72...75).contains($0) }, "\(high)")
  }

  @Test func theSpectrogramHasLowFrequenciesBelow() {
    let columns = SpectrogramColumns(
      wanted: 10, rowCount: 24, scale: FrequencyScale(low: 0, high: 24_000), blockSize: 1_024,
      rate: 48_000)
    var phase: Float = 0
    let samples = (0..<48_000).map { _ -> Float in
      phase = (phase + 5.5 / 48).truncatingRemainder(dividingBy: 1)
      return phase < 0.5 ? 0.8 : -0.8
    }
    columns.add(samples.span)
    columns.finish()
    let image = PanelContent.image(columns, frameCount: 48_000, width: 10, decibels: -90...0)
    let column = (0..<24).map { image.levels[$0 * 10 + 5] }
    #expect(column.firstIndex(of: column.max() ?? 0) == 23 - 5)
  }

  @Test func nothingIsAnEmptyPicture() {
    let wave = WaveformColumns(wanted: 10)
    wave.finish()
    let box = Box(x: 0, y: 0, width: 10, height: 10)
    #expect(PanelContent.marks(wave, frameCount: 0, in: box).count == 1)
  }
}

@Suite struct PictureFileTests {
  @Test func theNameTellsTheKind() throws {
    #expect(try PictureFile(path: "a.png", replacing: true).kind == .png)
    #expect(try PictureFile(path: "a.SVG", replacing: true).kind == .svg)
    for path in ["a", "a.jpg", "png", "-"] {
      #expect(throws: ToolError.self) { try PictureFile(path: path, replacing: true) }
    }
  }

  @Test func aPNGHoldsThePixels() throws {
    let marks: [Mark] = [.fill(Box(x: 1, y: 0, width: 1, height: 1), .text)]
    let raster = Raster(PictureSize(width: 3, height: 2), marks)
    #expect(raster.pixels == [0, 1, 0, 0, 0, 0])
    let bytes = try PNG.bytes(raster)
    #expect(bytes.prefix(8) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
    // Width and height of the header.
    #expect(bytes[16..<24].elementsEqual([0, 0, 0, 3, 0, 0, 0, 2]))
  }

  @Test func marksBeyondTheEdgeAreCut() {
    let marks: [Mark] = [
      .fill(Box(x: -5, y: -5, width: 100, height: 100), .grid),
      .text("edge", x: -20, y: 0, .start), .spans([-3...9], x: 1, .wave),
      .image(LevelImage(width: 9, height: 9), x: -3, y: 1),
    ]
    #expect(Raster(PictureSize(width: 3, height: 3), marks).pixels.count == 9)
  }

  @Test func textInAnSVGIsHarmless() throws {
    let svg = try SVG.text(
      PictureSize(width: 300, height: 200),
      [.text("<script>\u{1B}&\u{7}é", x: 0, y: 0, .start)])
    #expect(svg.contains(">&lt;script&gt;?&amp;?é</text>"))
  }

  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
    ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
  ])
  func base64IsThatOfRFC4648(_ text: String, _ encoded: String) {
    #expect(SVG.base64(Array(text.utf8)) == encoded)
  }

  @Test func everyLetterHasAShapeOfItsOwn() {
    var shapes: Set<[Int]> = []
    for value in 0x21...0x7E {
      guard let scalar = Unicode.Scalar(UInt32(value)) else { continue }
      var pixels: [Int] = []
      Glyphs.forEachPixel(of: scalar) { x, y in
        #expect((0..<10).contains(x) && (0..<14).contains(y))
        pixels.append(y * 10 + x)
      }
      #expect(!pixels.isEmpty)
      shapes.insert(pixels)
    }
    #expect(shapes.count == 94)
  }
}
