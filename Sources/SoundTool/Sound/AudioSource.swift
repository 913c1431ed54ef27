public import PCM
internal import Platform
public import SoundFile

/// An open input: a file or stdin, with a header or raw. One thread at a time.
public final class AudioSource {
  /// Options for reading inputs.
  public struct Options: Sendable {
    /// The type of the inputs, from `-t`.
    public var type = TypeChoice.auto
    /// The format of raw data, as far as options or the environment state it.
    public var raw = RawFormat()
    /// The format that options, not the environment, state. If a header disagrees, it wins and a
    /// notice is printed.
    public var claimed = RawFormat()
    /// Whether silence of the same length replaces damaged frames.
    public var fillsGaps = false
    /// The option that states an input's type, for messages.
    public var typeOption = "-t"
    /// The option that states the encoding of raw data.
    public var formatOption = "-f"

    /// Detects each input's type; raw data is f32le, 48000 Hz, 2 channels.
    public init() {}
  }

  /// The name in messages: the operand, or `stdin`.
  public let name: String
  /// The open file.
  public let file: AudioFile
  /// The format that ``read(into:capacity:)`` returns.
  public let format: StreamFormat
  /// The stated format; complete, unless the input is raw.
  public let stated: RawFormat
  /// The file's identity, to keep an output from truncating it.
  public let identity: FileIdentity?

  /// The report of its damage.
  public internal(set) var damage: DamageReport

  private var didReportEnd = false
  /// Checks the start of raw data whose encoding is not stated.
  private var examiner: RawExaminer?
  /// Reads the file on another thread; nil if this one does, and after the end.
  private var ahead: ReadAhead?

  // MARK: Opening

  /// Opens all operands, so that a missing one is known before the first is read. `-`, or no
  /// operand, is stdin.
  ///
  /// - Parameter whenOpen: Called when all are open, before any is read.
  /// - Throws: A failure that names the operand.
  public static func open(
    _ operands: [String], _ options: Options, whenOpen: () -> Void = {}
  ) throws(ToolError) -> [AudioSource] {
    var opened: [OpenOperand] = []
    for operand in operands.isEmpty ? ["-"] : operands {
      opened.append(try OpenOperand(operand, options))
    }
    whenOpen()
    var sources: [AudioSource] = []
    for operand in opened { sources.append(try AudioSource(operand, options)) }
    return sources
  }

  /// Opens all operands like ``open(_:_:whenOpen:)``, but passes each on with its own failure, so
  /// that none is kept longer than necessary.
  ///
  /// - Parameter readsAhead: Whether several files are decoded at the same time.
  public static func openEach(
    _ operands: [String], _ options: Options, readsAhead: Bool = false,
    whenOpen: () -> Void = {},
    _ body: (_ name: String, _ source: Result<AudioSource, ToolError>) throws(ToolError) -> Void
  ) throws(ToolError) {
    var opened = (operands.isEmpty ? ["-"] : operands).map { operand in
      let result = Result { () throws(ToolError) in try OpenOperand(operand, options) }
      return (name: operand == "-" ? "stdin" : operand, operand: result)
    }
    let window = readsAhead ? ReadAhead.Window.perProcessor(fileCount: opened.count) : .none
    whenOpen()
    opened.reverse()
    var begun: [(name: String, source: Result<AudioSource, ToolError>)] = []
    while !opened.isEmpty || !begun.isEmpty {
      // The header of a pipe may be long in coming, and waits until the files before it are done.
      while begun.count < window.fileCount, let entry = opened.last,
        begun.isEmpty || (try? entry.operand.get())?.isPipe != true
      {
        opened.removeLast()
        let source = entry.operand.flatMap { operand in
          Result { () throws(ToolError) in try AudioSource(operand, options) }
        }
        if case .success(let source) = source { source.readAhead(window) }
        begun.append((entry.name, source))
      }
      let (name, source) = begun.removeFirst()
      try body(name, source)
    }
  }

  /// Begins to decode on another thread, within the window, unless that takes no time or the input
  /// is a pipe, whose frames must not be held.
  func readAhead(_ window: ReadAhead.Window) {
    guard window.fileCount > 1, ahead == nil, isRepeatable, !file.isPlain else { return }
    ahead = ReadAhead(file, byteCount: window.byteCount)
  }

  /// The rest of an input whose format changes, as in joined streams, or nil.
  func continuation() -> AudioSource? {
    file.continuation().map { AudioSource(continuing: self, with: $0) }
  }

  private init(continuing source: AudioSource, with file: AudioFile) {
    (name, identity, damage) = (source.name, source.identity, source.damage)
    self.file = file
    format = StreamFormat(
      encoding: file.encoding, rate: file.sampleRate, channelCount: file.channelCount)
    stated = RawFormat(
      encoding: format.encoding, rate: format.rate, channelCount: format.channelCount)
    Messages.note(name, "goes on with \(hertz(format.rate)), \(channels(format.channelCount))")
  }

  /// Opens one operand; `-` is stdin.
  public convenience init(_ operand: String, _ options: Options = Options()) throws(ToolError) {
    try self.init(OpenOperand(operand, options), options)
  }

  private init(_ operand: OpenOperand, _ options: Options) throws(ToolError) {
    name = operand.name
    (file, identity) = (try operand.file(), operand.identity)
    damage = DamageReport(name)
    file.fillsGaps = options.fillsGaps
    format = StreamFormat(
      encoding: file.encoding, rate: file.sampleRate, channelCount: file.channelCount)
    Messages.detail(
      name, "\(file.format), \(hertz(format.rate)), \(channels(format.channelCount))")
    guard file.type == .raw else {
      stated = RawFormat(
        encoding: format.encoding, rate: format.rate, channelCount: format.channelCount)
      reportHeader(options.claimed)
      return
    }
    var stated = options.raw
    if let encoding = AudioFileType.rawEncoding(forPath: name), operand.type == nil {
      stated.encoding = encoding
    }
    self.stated = stated
    if stated.encoding == nil {
      let examiner = RawExaminer(name: name, option: options.formatOption)
      try examiner.begin(self)
      self.examiner = examiner
    }
  }

  private func reportHeader(_ claimed: RawFormat) {
    var words: [String] = []
    if let encoding = claimed.encoding, encoding != format.encoding {
      words.append("\(format.encoding.name) (-f \(encoding.name) ignored)")
    }
    if let rate = claimed.rate, rate != format.rate {
      words.append("\(hertz(format.rate)) (-r \(plainNumber(rate)) ignored)")
    }
    if let count = claimed.channelCount, count != format.channelCount {
      words.append("\(channels(format.channelCount)) (-c \(count) ignored)")
    }
    if !words.isEmpty { Messages.note(name, words.joined(separator: ", ")) }
  }

  /// The loudspeaker of each channel, if known.
  public var channelLayout: ChannelLayout? { file.layout }

  // MARK: Reading

  /// Frames in all, or nil if only the end reveals it.
  public var frameCount: Int? { file.frameCount }

  /// Whether it can be read again from the start: a file, not a pipe.
  public var isRepeatable: Bool { file.isSeekable }

  /// Reads whole frames into the start of `span`: from a file as many as fit; from a pipe of raw
  /// data as soon as there is one.
  ///
  /// - Parameter capacity: The maximum number of frames to read, for which the span has room.
  /// - Returns: The number of frames, or 0 at the end. An incomplete frame there is reported, and
  ///   makes the program's status 1.
  /// - Throws: `stopped` if a signal asked the program to stop, or the failure.
  public func read(into span: inout MutableRawSpan, capacity: Int) throws(ToolError) -> Int {
    guard capacity > 0 else { return 0 }
    precondition(capacity * format.bytesPerFrame <= span.byteCount, "room for that many frames")
    guard let examiner else { return try readFile(into: &span, capacity: capacity) }
    return try examiner.read(self, into: &span, capacity: capacity)
  }

  /// Reads on in the file, without checking.
  func readFile(into span: inout MutableRawSpan, capacity: Int) throws(ToolError) -> Int {
    let byteCount = capacity * format.bytesPerFrame
    let count = try unsafe span.withUnsafeMutableBytes { bytes throws(ToolError) in
      let room = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[..<byteCount])
      var part = unsafe MutableRawSpan(_unsafeBytes: room)
      let (file, ahead) = (self.file, self.ahead)
      try SignalCenter.shared.checkStop()
      do throws(AudioFileError) {
        if let ahead { return try ahead.read(into: &part, report) }
        return try SignalCenter.shared.interruptible { () throws(AudioFileError) in
          try file.read(into: &part)
        }
      } catch {
        throw .of(error, name)
      }
    }
    if count == 0 { ahead = nil }
    if ahead == nil { report(file.takeDamage()) }
    if count == 0 {
      damage.end()
      reportEnd()
    }
    return count
  }

  private func report(_ found: [Damage]) { damage.take(found, rate: format.rate) }

  /// Whether frames, or the end, are available within this many milliseconds.
  public func isReady(withinMilliseconds milliseconds: Int) -> Bool {
    examiner?.hasFrames == true || file.isReady(withinMilliseconds: milliseconds)
  }

  /// Skips frames.
  ///
  /// - Returns: How many were skipped, fewer only at the end.
  public func skip(_ count: Int) throws(ToolError) -> Int {
    guard count > 0 else { return 0 }
    let (file, ahead) = (self.file, self.ahead)
    let held = examiner?.skip(count) ?? 0
    guard held < count else { return held }
    return held
      + (try Self.calling(name) { () throws(AudioFileError) in
        if let ahead { return try ahead.skip(count - held, report) }
        return try file.skip(count - held)
      })
  }

  /// Seeks to the first frame; works if ``isRepeatable``.
  public func rewind() throws(ToolError) {
    ahead = nil
    let file = self.file
    try Self.calling(name) { () throws(AudioFileError) in try file.rewind() }
  }

  private func reportEnd() {
    let count = file.trailingByteCount
    if file.type == .raw, file.position == 0, count == 0, !didReportEnd {
      didReportEnd = true
      Messages.note(name, "empty")
    }
    guard count > 0, !didReportEnd else { return }
    didReportEnd = true
    damage.take(
      "\(counted(count, "trailing byte")) ignored "
        + "(a frame is \(counted(format.bytesPerFrame, "byte")))")
  }

  /// Calls the library; its errors become the program's, with the name.
  static func calling<R>(
    _ name: String, typeOption: String = "-t", _ body: () throws(AudioFileError) -> R
  ) throws(ToolError) -> R {
    try SignalCenter.shared.checkStop()
    do throws(AudioFileError) {
      return try SignalCenter.shared.interruptible(body)
    } catch {
      throw .of(error, name, typeOption: typeOption)
    }
  }
}
