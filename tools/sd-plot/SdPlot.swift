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

  static var libraryVersions: [String] { Plot.libraryVersions }

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

  static var operands: WritableKeyPath<Self, [String]>? { \.files }

  @Argument(help: ArgumentHelp("Files; - or none is standard input.", valueName: "file"))
  var files: [String] = []

  private var isFromInput: Bool { files.isEmpty || files == ["-"] }

  func plan() throws(ToolError) -> PlotPlan {
    var plan = PlotPlan()
    plan.files = files
    plan.reading.type = formats.type
    plan.reading.raw = try formats.rawFormatOrEnvironment()
    plan.reading.claimed = formats.rawFormat
    plan.sound.start = start.start
    plan.sound.length = length.length
    plan.sound.map = channels.map
    plan.sound.gain = plot.gain
    plan.style = plot.style
    if through {
      guard isFromInput else { throw .usage("--through", "passes standard input on, not files") }
      try StandardStreams.refuseTerminalInput()
      try StandardStreams.refuseTerminal()
      plan.passesThrough = true
    }
    plan.task = try task()
    plan.showsLine = progress.showsLine(hasFile: true)
    return plan
  }

  private func task() throws(ToolError) -> PlotPlan.Task {
    guard let output else {
      if size != nil { throw .usage("--size", "is for pictures, say -o FILE") }
      return plot.printsNumbers ? .statistics(asJSON: plot.json) : .live
    }
    let picture = try PictureFile(path: output, replacing: !clobber.noClobber)
    if plot.levels || plot.printsNumbers {
      throw .usage("-o", "draws spectrogram and waveform only")
    }
    return .picture(picture, size)
  }

  static func run(_ plan: PlotPlan) throws(ToolError) { try Plot.run(plan) }
}
