import ArgumentParser
import PlotTool
import SoundTool

/// Draws files or stdin on the terminal, into a picture, or as numbers, without a device.
@main
struct SdPlot: Tool {
  static let configuration = CommandConfiguration(
    commandName: "sd-plot", abstract: "Draw sound: spectrogram, waveform, levels, numbers.",
    usage: "sd-plot [options] [file ...]",
    discussion: "Draws on the terminal while it reads, or a picture with -o.")

  static var libraryVersions: [String] { PlotInput.libraryVersions }

  @OptionGroup var plot: PlotOptions

  @Option(
    name: [.customShort("o", allowingJoined: true), .long], parsing: .unconditional,
    help: ArgumentHelp("Draw into this file, .png or .svg.", valueName: "file"))
  var output: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Pixels of the picture: 1200x600.", valueName: "size"),
    transform: Words.pictureSize)
  var size: PictureSize?

  @Flag(help: "Pass standard input on to standard output; draw on standard error.")
  var through = false

  @OptionGroup var formats: FormatOptions
  @OptionGroup var start: StartOptions
  @OptionGroup var length: LengthOptions
  @OptionGroup var channels: MapOptions
  @OptionGroup var clobber: ClobberOptions
  @OptionGroup var progress: ProgressOptions
  @OptionGroup var common: CommonOptions

  @Argument(help: ArgumentHelp("Files; - or none is standard input.", valueName: "file"))
  var files: [String] = []

  private var isFromInput: Bool { files.isEmpty || files == ["-"] }

  mutating func prepare() throws(ToolError) {
    _ = try formats.rawFormatOrEnvironment()
    if through {
      guard isFromInput else { throw .usage("--through", "passes standard input on, not files") }
      try StandardStreams.refuseTerminalInput()
      try StandardStreams.refuseTerminal()
    }
    guard let output else {
      if size != nil { throw .usage("--size", "is for pictures, say -o FILE") }
      return
    }
    _ = try PictureFile(path: output, replacing: !clobber.noClobber)
    if plot.levels || plot.printsNumbers {
      throw .usage("-o", "draws spectrogram and waveform only")
    }
  }

  func run() throws(ToolError) {
    let passing = through ? try Through() : nil
    do throws(ToolError) {
      try draw(on: through ? StandardStreams.errors : StandardStreams.output)
    } catch {
      // The sound continues, even if drawing fails.
      guard let passing, error.kind == .reported else { throw error }
      ProgramExit.remember(error)
      return try passing.finish()
    }
    try passing?.finish()
  }

  private func draw(on descriptor: CInt) throws(ToolError) {
    let picture = try output.map { path throws(ToolError) in
      try PictureFile(path: path, replacing: !clobber.noClobber)
    }
    var options = AudioSource.Options()
    options.type = formats.type
    options.raw = try formats.rawFormatOrEnvironment()
    options.claimed = formats.rawFormat
    let sources = try AudioSource.open(files, options) { Confinement.begin(writing: picture?.path) }
    try picture?.refuse(sources)
    let input = PlotInput(sources, start: start, length: length, channels: channels, plot: plot)
    if let picture {
      let line = progress.showsLine(hasFile: true) ? ProgressLine() : nil
      try Picture(input, plot, file: picture, size: size).run(line: line)
    } else if plot.printsNumbers {
      try StatisticsReport.print(input, asJSON: plot.json, on: descriptor)
    } else {
      try LivePlot(input, plot).run(on: descriptor, mayWait: !through)
    }
  }
}
