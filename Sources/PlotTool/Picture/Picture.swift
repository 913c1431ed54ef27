internal import PCM
internal import Platform
internal import SoundTool
internal import Spectrum

/// Draws sound into a file in one pass, in memory that does not grow with its length.
struct Picture {
  private let input: PlotInput
  private let style: PlotStyle
  private let file: PictureFile
  private let size: PictureSize

  /// Creates a picture of these inputs; by default 1200 pixels wide and as high as its channels
  /// need.
  init(_ input: PlotInput, _ style: PlotStyle, file: PictureFile, size: PictureSize?) {
    self.input = input
    self.style = style
    self.file = file
    self.size = size ?? Self.usualSize(input.channelCount)
  }

  /// Waveform and spectrogram, unless only one is requested.
  private var drawsWaveform: Bool { style.waveform || !style.spectrogram }
  private var drawsSpectrogram: Bool { style.spectrogram || !style.waveform }

  private static func usualSize(_ channelCount: Int) -> PictureSize {
    PictureSize(width: 1_200, height: min(8_000, 300 + 300 * min(channelCount, 24)))
  }

  /// Draws the picture and writes the file.
  ///
  /// - Parameter line: The progress line, if there should be one.
  func run(line: ProgressLine?) throws(ToolError) {
    let pipeline = try input.pipeline()
    let rate = pipeline.format.rate
    let channelCount = pipeline.format.channelCount
    let figure = try Figure(
      size, channelCount: channelCount, waveform: drawsWaveform, spectrogram: drawsSpectrogram)
    let scale = try style.scale(rate: rate)
    let blockSize = BlockTransform.blockSize(
      near: 2 * (style.block?.seconds(at: rate) ?? 0.023) * rate)
    let descriptor = try file.open()
    Confinement.complete()

    let analysis = Analysis(figure, scale: scale, blockSize: blockSize, pipeline)
    try analysis.run(pipeline, line: line)
    line?.clear()

    let frameCount = pipeline.position
    var marks: [Mark] = []
    for (index, panel) in figure.panels.enumerated() {
      switch analysis.contents[index] {
      case .waveform(let wave):
        marks += PanelContent.marks(wave, frameCount: frameCount, in: panel.box)
      case .spectrogram(let columns):
        let image = PanelContent.image(
          columns, frameCount: frameCount, width: panel.box.width, decibels: style.decibels)
        marks.append(.image(image, x: panel.box.x, y: panel.box.y))
      }
    }
    marks += figure.marks(
      title: input.title, subtitle: "\(hertz(rate)), \(channels(channelCount))",
      duration: Double(frameCount) / rate, scale: scale, decibels: style.decibels)
    let bytes =
      switch file.kind {
      case .png: try PNG.bytes(Raster(size, marks))
      case .svg: Array(try SVG.text(size, marks).utf8)
      }
    try file.write(bytes, to: descriptor)
    Messages.detail(
      file.path,
      "\(size.width) x \(size.height) pixels of \(counted(frameCount, "frame")), "
        + "\(blockSize) frames at once")
  }
}

/// All measurements for a figure's panels, made in one pass. One thread at a time.
private final class Analysis {
  enum Content {
    case waveform(WaveformColumns)
    case spectrogram(SpectrogramColumns)
  }

  let contents: [Content]
  private let panels: [Figure.Panel]

  init(_ figure: Figure, scale: FrequencyScale, blockSize: Int, _ pipeline: FramePipeline) {
    let (rate, expected) = (pipeline.format.rate, pipeline.frameCount)
    panels = figure.panels
    contents = figure.panels.map { panel in
      switch panel.content {
      case .waveform: .waveform(WaveformColumns(wanted: panel.box.width))
      case .spectrogram:
        .spectrogram(
          SpectrogramColumns(
            wanted: panel.box.width, rowCount: panel.box.height, scale: scale,
            blockSize: blockSize, rate: rate, expected: expected))
      }
    }
  }

  func run(_ pipeline: FramePipeline, line: ProgressLine?) throws(ToolError) {
    let format = pipeline.format
    let block = PlanarBlock(channelCount: format.channelCount, capacity: 16_384)
    while try block.read(from: pipeline) > 0 {
      for index in panels.indices {
        block.withChannel(panels[index].channel) { contents[index].add($0) }
      }
      block.clear()
      line?.update {
        ProgressLine.Status(
          position: Double(pipeline.position) / format.rate,
          length: pipeline.frameCount.map { Double($0) / format.rate })
      }
    }
    for content in contents { content.finish() }
  }
}

extension Analysis.Content {
  fileprivate func add(_ samples: Span<Float>) {
    switch self {
    case .waveform(let columns): columns.add(samples)
    case .spectrogram(let columns): columns.add(samples)
    }
  }

  fileprivate func finish() {
    switch self {
    case .waveform(let columns): columns.finish()
    case .spectrogram(let columns): columns.finish()
    }
  }
}
