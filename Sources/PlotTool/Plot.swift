public import SoundTool

/// Carries out a plan for sd-plot.
public enum Plot {
  /// The versions of the libraries that read its inputs.
  public static var libraryVersions: [String] { PlotInput.libraryVersions }

  /// Draws or prints, and passes stdin through if planned.
  public static func run(_ plan: PlotPlan) throws(ToolError) {
    guard plan.passesThrough else { return try draw(plan, on: StandardStreams.output) }
    let passing = try Through()
    do throws(ToolError) {
      try draw(plan, on: StandardStreams.errors)
    } catch {
      // The sound continues, even if drawing fails.
      guard error.kind == .reported else { throw error }
      ProgramExit.remember(error)
    }
    try passing.finish()
  }

  private static func draw(_ plan: PlotPlan, on descriptor: CInt) throws(ToolError) {
    func input(writing picture: PictureFile? = nil) throws(ToolError) -> PlotInput {
      let sources = try AudioSource.open(plan.files, plan.reading) {
        Confinement.begin(writing: picture?.path)
      }
      try picture?.refuse(sources)
      return PlotInput(sources, plan.sound)
    }
    switch plan.task {
    case .live:
      try LivePlot(input(), plan.style).run(on: descriptor, mayWait: !plan.passesThrough)
    case .picture(let file, let size):
      let line = plan.showsLine ? ProgressLine() : nil
      try Picture(input(writing: file), plan.style, file: file, size: size).run(line: line)
    case .statistics(let asJSON):
      try StatisticsReport.print(input(), asJSON: asJSON, on: descriptor)
    }
  }
}
