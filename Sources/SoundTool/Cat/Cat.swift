internal import PCM
internal import SoundFile

/// sd-cat: decodes, joins and writes files or stdin as raw PCM or to a file.
public enum Cat {
  /// Carries out the plan.
  public static func run(_ plan: CatPlan) throws(ToolError) {
    switch plan.task {
    case .copy: try copy(plan)
    case .check: try check(plan)
    case .describe, .describeAsJSON, .describeAsVariables: try describe(plan)
    case .listTypes: try StandardStreams.print(TypeTable.text)
    case .listTypesAsJSON: try StandardStreams.print(TypeTable.json.pretty + "\n")
    }
  }

  private static func check(_ plan: CatPlan) throws(ToolError) {
    try AudioSource.openEach(
      plan.files, plan.reading, readsAhead: true, whenOpen: { Confinement.begin() }
    ) { name, source throws(ToolError) in
      let (text, isGood) = try SoundCheck.line(name, source)
      try StandardStreams.print(text + "\n")
      if !isGood { ProgramExit.remember(ExitStatus.failure) }
    }
  }

  private static func describe(_ plan: CatPlan) throws(ToolError) {
    var descriptions: [SourceDescription] = []
    try AudioSource.openEach(plan.files, plan.reading, whenOpen: { Confinement.begin() }) {
      _, source throws(ToolError) in
      do throws(ToolError) {
        descriptions.append(SourceDescription(try source.get()))
      } catch {
        // The others are still described, unless a signal came.
        guard error.kind == .reported else { throw error }
        ProgramExit.remember(error)
      }
    }
    switch plan.task {
    case .describeAsJSON:
      try StandardStreams.print(JSON.array(descriptions.map(\.json)).pretty + "\n")
    case .describeAsVariables:
      try StandardStreams.print(descriptions.map(\.environment).joined())
    default: try StandardStreams.print(descriptions.map(\.text).joined())
    }
  }

  private static func copy(_ plan: CatPlan) throws(ToolError) {
    guard let output = plan.output else { return }
    // All inputs are open; drop the rights that decoding does not need before any is read.
    let sources = try AudioSource.open(plan.files, plan.reading) {
      Confinement.begin(writing: output.path, isTwoFiles: output.type == .sd2)
    }
    try output.refuse(sources)
    let target = try target(of: sources, output, plan)
    let pipeline = try FramePipeline(sources, to: target.stream, plan.sound)
    sources.reportConversion(
      to: target.stream, asked: target.asked, map: plan.sound.map != nil)
    if output.isRawPipe, !plan.isTypeStated,
      let surprise = target.asked.surprise(in: target.stream, assumed: plan.rawOutput)
    {
      Messages.note("stdout", surprise)
    }
    let sink = try AudioSink(
      output, as: target.file, rate: target.stream.rate,
      channelCount: target.stream.channelCount,
      options: sources[0].kept(
        in: target.stream, plan.sound, frameCount: pipeline.frameCount))
    if output.path != nil {
      Confinement.complete()
    } else if sources.allSatisfy(\.isRepeatable) {
      PipeWriter.growPipe(StandardStreams.output)
    }
    try sink.writeAll(of: pipeline, line: plan.showsLine ? ProgressLine() : nil)
    pipeline.reportClipped(besides: sink.clippedCount)
  }

  /// The resulting format, and the part of it that options requested.
  private typealias Target = (file: AudioFileFormat, stream: StreamFormat, asked: RawFormat)

  /// The raw format for a raw stdout that neither -f nor -t describes, otherwise the inputs' own,
  /// except for options.
  private static func target(
    of sources: [AudioSource], _ output: OutputPlan, _ plan: CatPlan
  ) throws(ToolError) -> Target {
    var asked = plan.asked
    if output.path == nil, output.type == .raw, !plan.isTypeStated, asked.encoding == nil {
      let stream = plan.rawOutput
      return (AudioFileFormat(.raw, encoding: stream.encoding), stream, asked)
    }
    try sources.checkAgreement(rate: asked.rate == nil, channelCount: asked.channelCount == nil)
    asked.encoding = asked.encoding ?? output.encodingInName
    let file =
      asked.encoding.map { AudioFileFormat(output.type, encoding: $0) }
      ?? sources.keptFormat(in: output.type)
    let first = sources[0].format
    let stream = StreamFormat(
      encoding: file.deliveredEncoding, rate: asked.rate ?? first.rate,
      channelCount: asked.channelCount ?? first.channelCount)
    asked.encoding = stream.encoding
    return (file, stream, asked)
  }
}
