import CSndFile
public import PCM

/// A kind of sound file: the container around the samples.
///
/// Corresponds to libsndfile's major formats; `opus` is Ogg with Opus inside, `ogg` with Vorbis.
public enum AudioFileType: String, Hashable, Sendable, CaseIterable {
  case raw, wav, flac, au, aiff, caf, w64, rf64, ogg, opus, mp3
  case wavex, avr, htk, ircam, mat4, mat5, mpc2k, nist, paf, pvf, sd2, sds, svx, voc, wve, xi

  /// The name that the tools print and accept.
  public var name: String { rawValue }

  /// A short description of the type.
  public var title: String {
    switch self {
    case .raw: "samples without a header"
    case .wav: "Microsoft WAV, RF64 beyond 4 GiB"
    case .flac: "Free Lossless Audio Codec"
    case .au: "Sun and NeXT"
    case .aiff: "Apple AIFF"
    case .caf: "Apple Core Audio"
    case .w64: "Sony Wave64"
    case .rf64: "EBU RF64 and BW64"
    case .ogg: "Ogg Vorbis"
    case .opus: "Ogg Opus"
    case .mp3: "MPEG audio"
    case .wavex: "Microsoft WAV, extensible header"
    case .avr: "Audio Visual Research"
    case .htk: "Hidden Markov Model Tool Kit"
    case .ircam: "Berkeley, IRCAM, CARL"
    case .mat4: "Matlab 4, GNU Octave 2.0"
    case .mat5: "Matlab 5, GNU Octave 2.1"
    case .mpc2k: "Akai MPC 2000"
    case .nist: "NIST Sphere"
    case .paf: "Ensoniq Paris"
    case .pvf: "Portable Voice Format"
    case .sd2: "Sound Designer II"
    case .sds: "MIDI Sample Dump Standard"
    case .svx: "Amiga IFF 8SVX and 16SV"
    case .voc: "Creative Voice"
    case .wve: "Psion Series 3"
    case .xi: "FastTracker 2 instrument"
    }
  }

  /// The file name suffixes of the type, without the dot, the usual one first.
  public var suffixes: [String] {
    switch self {
    case .raw: ["raw", "pcm"]
    case .au: ["au", "snd"]
    case .aiff: ["aiff", "aif", "aifc"]
    case .wav: ["wav", "wave"]
    case .ogg: ["ogg", "oga"]
    case .mp3: ["mp3", "mp2", "mp1", "mpga", "m1a"]
    case .rf64: ["rf64", "bw64"]
    case .ircam: ["sf", "ircam"]
    case .nist: ["sph", "nist"]
    case .svx: ["iff", "svx", "8svx", "16sv"]
    case .mat5: ["mat", "mat5"]
    case .mpc2k: ["mpc", "snd2k", "mpc2k"]
    case .wavex: ["wavex"]
    default: [rawValue]
    }
  }

  /// Parses the name of a type or one of its suffixes, in any case.
  ///
  /// Throws `unsupported`, listing the names, if nothing has that name.
  public init(parsing text: String) throws(AudioFileError) {
    let key = text.lowercased()
    if let type = Self(rawValue: key) ?? Self.forSuffix(key) {
      self = type
      return
    }
    let names = Self.allCases.map(\.name).joined(separator: ", ")
    throw .unsupported("unknown type '\(text)', try \(names)")
  }

  /// The type that a file's name suggests, or nil.
  ///
  /// `.raw`, `.pcm` and the name of a sample encoding (`.s16le`) mean raw; `rawEncoding(forPath:)`
  /// returns the encoding.
  public static func forPath(_ path: String) -> AudioFileType? {
    guard let suffix = suffix(of: path) else { return nil }
    return forSuffix(suffix) ?? (rawEncoding(forPath: path) == nil ? nil : .raw)
  }

  /// The sample encoding that a file's suffix names, as in `take.s16le`, or nil.
  public static func rawEncoding(forPath path: String) -> SampleEncoding? {
    guard let suffix = suffix(of: path), forSuffix(suffix) == nil else { return nil }
    return try? SampleEncoding(parsing: suffix)
  }

  /// Whether files of this type can be read; always true.
  public var canBeRead: Bool { true }

  /// Whether files of this type can be written; always true.
  public var canBeWritten: Bool { true }

  /// Whether this type can be read from a pipe. Not if reading the header needs the file's length
  /// or a second file.
  public var canBeReadFromPipe: Bool {
    switch self {
    case .sd2, .sds, .voc, .htk: false
    default: true
    }
  }

  /// Whether this type can be written to a pipe, because its header needs no length.
  public var canBeWrittenToPipe: Bool {
    switch self {
    case .raw, .wav, .au, .flac, .ogg, .opus, .mp3: true
    default: false
    }
  }

  private static func suffix(of path: String) -> String? {
    let file = path.split(separator: "/").last ?? ""
    guard let dot = file.lastIndex(of: "."), dot != file.startIndex else { return nil }
    return file[file.index(after: dot)...].lowercased()
  }

  private static func forSuffix(_ suffix: String) -> AudioFileType? { types[suffix] }

  private static let types: [String: AudioFileType] = Dictionary(
    allCases.flatMap { type in type.suffixes.map { ($0, type) } },
    uniquingKeysWith: { first, _ in first })
}

extension AudioFileType: CustomStringConvertible {
  /// The same as `name`.
  public var description: String { name }
}
