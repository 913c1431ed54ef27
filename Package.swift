// swift-tools-version: 6.2

import PackageDescription

var settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  // Swift 6.2 wants to read what later releases infer: @_lifetime.
  .enableExperimentalFeature("Lifetimes"),
]
// A warning fails our own check (make check), never the build of a dependent package.
if Context.environment["SD_STRICT"] != nil { settings.append(.treatAllWarnings(as: .error)) }

#if os(Linux)
  let linksFLACStatically = true
#else
  let linksFLACStatically = false
#endif

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser",
  condition: .when(traits: ["Programs"]))

// On Linux their headers lie where they are looked for, and the package descriptions add flags that
// SwiftPM warns of: `-pthread` and `-D…`.
#if os(Linux)
  let portAudioConfiguration: String? = nil
  let kissFFTConfiguration: String? = nil
#else
  let portAudioConfiguration: String? = "portaudio-2.0"
  let kissFFTConfiguration: String? = "kissfft-float"
#endif

// One executable under five names; it acts on the name by which it is called.
let devicePrograms = ["sd-list", "sd-play", "sd-playrec", "sd-rec", "sd-wire"]

// A program exports the symbols that libsndfile shares with the libFLAC inside it, and libsndfile
// would then call those instead of the release of libFLAC it was built for.
let programLinking: [LinkerSetting] =
  linksFLACStatically ? [.unsafeFlags(["-Xlinker", "--exclude-libs=libFLAC.a"])] : []

let package = Package(
  name: "sd-tools",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "PCM", targets: ["PCM"]),
    .library(name: "Resampler", targets: ["Resampler"]),
    .library(name: "SoundFile", targets: ["SoundFile"]),
    .library(name: "SoundDevice", targets: ["SoundDevice", "SoundDeviceVerbs"]),
  ] + devicePrograms.map { .executable(name: $0, targets: ["sd-device"]) },
  // A package that depends on the libraries alone says `traits: []` and fetches nothing for programs.
  traits: [
    .default(enabledTraits: ["Programs"]),
    .trait(name: "Programs", description: "The programs, which need swift-argument-parser"),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    // System libraries: a module map each, nothing else.
    .systemLibrary(
      name: "CPortAudio", pkgConfig: portAudioConfiguration,
      providers: [.apt(["portaudio19-dev"]), .brew(["portaudio"])]),
    .systemLibrary(
      name: "CSndFile", pkgConfig: "sndfile",
      providers: [.apt(["libsndfile1-dev"]), .brew(["libsndfile"])]),
    .systemLibrary(
      name: "COpusEnc", pkgConfig: "libopusenc",
      providers: [.apt(["libopusenc-dev"]), .brew(["libopusenc"])]),
    .systemLibrary(
      name: "CSoxr", pkgConfig: "soxr",
      providers: [.apt(["libsoxr-dev"]), .brew(["libsoxr"])]),
    .systemLibrary(
      name: "CSampleRate", pkgConfig: "samplerate",
      providers: [.apt(["libsamplerate0-dev"]), .brew(["libsamplerate"])]),
    .systemLibrary(
      name: "CMpg123", pkgConfig: "libmpg123",
      providers: [.apt(["libmpg123-dev"]), .brew(["mpg123"])]),
    .systemLibrary(
      name: "CLame", pkgConfig: "lame",
      providers: [.apt(["libmp3lame-dev"]), .brew(["lame"])]),
    .systemLibrary(
      name: "COgg", pkgConfig: "ogg",
      providers: [.apt(["libogg-dev"]), .brew(["libogg"])]),
    .systemLibrary(
      name: "CVorbisFile", pkgConfig: "vorbisfile",
      providers: [.apt(["libvorbis-dev"]), .brew(["libvorbis"])]),
    .systemLibrary(
      name: "COpusFile", pkgConfig: "opusfile",
      providers: [.apt(["libopusfile-dev"]), .brew(["opusfile"])]),
    // Its soname differs from one Debian to the next, so Linux links it statically.
    .systemLibrary(
      name: "CFLAC", pkgConfig: linksFLACStatically ? nil : "flac",
      providers: [.apt(["libflac-dev"]), .brew(["flac"])]),
    .systemLibrary(
      name: "CKissFFT", pkgConfig: kissFFTConfiguration,
      providers: [.apt(["libkissfft-dev"]), .brew(["kissfft"])]),
    .systemLibrary(
      name: "CEBUR128", pkgConfig: "libebur128",
      providers: [.apt(["libebur128-dev"]), .brew(["libebur128"])]),
    .systemLibrary(
      name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),

    // Libraries, in dependency order.
    .target(name: "CRealtime"),
    .target(name: "Platform", dependencies: ["CRealtime"], swiftSettings: settings),
    .target(name: "PCM", dependencies: ["Platform"], swiftSettings: settings),
    .target(
      name: "Resampler", dependencies: ["PCM", "Platform", "CSoxr", "CSampleRate"],
      swiftSettings: settings),
    .target(
      name: "SoundFile",
      dependencies: [
        "PCM", "Platform", "CSndFile", "CFLAC", "CLame", "CMpg123", "COgg", "CVorbisFile",
        "COpusFile", "COpusEnc",
      ],
      swiftSettings: settings,
      linkerSettings: linksFLACStatically ? [.linkedLibrary(":libFLAC.a")] : []),
    .target(
      name: "SoundDevice", dependencies: ["PCM", "Platform", "CPortAudio", "CRealtime"],
      exclude: ["SoundDevice.docc"], swiftSettings: settings),
    .target(
      name: "SoundDeviceVerbs", dependencies: ["PCM", "SoundDevice"], swiftSettings: settings),

    .target(name: "CConfine"),
    .target(
      name: "SoundTool",
      dependencies: ["PCM", "Platform", "Resampler", "SoundFile", "CConfine", argumentParser],
      swiftSettings: settings),
    .target(
      name: "Spectrum", dependencies: ["Platform", "CKissFFT", "CEBUR128"], swiftSettings: settings),
    .target(
      name: "PlotTool",
      dependencies: [
        "PCM", "Platform", "SoundFile", "SoundTool", "Spectrum", "CPNG", argumentParser,
      ],
      swiftSettings: settings),
    .target(
      name: "DeviceTool",
      dependencies: [
        "PCM", "Platform", "Resampler", "SoundDevice", "SoundFile", "SoundTool", argumentParser,
      ],
      swiftSettings: settings),

    // Programs.
    .executableTarget(
      name: "sd-device",
      dependencies: ["DeviceTool", "SoundTool", "SoundFile", "PCM", argumentParser],
      path: "tools", exclude: ["sd-cat", "sd-plot"], sources: ["sd-device"] + devicePrograms,
      swiftSettings: settings, linkerSettings: programLinking),
    .executableTarget(
      name: "sd-cat", dependencies: ["SoundTool", "SoundFile", "PCM", argumentParser],
      path: "tools/sd-cat", swiftSettings: settings, linkerSettings: programLinking),
    .executableTarget(
      name: "sd-plot", dependencies: ["PlotTool", "SoundTool", argumentParser],
      path: "tools/sd-plot", swiftSettings: settings, linkerSettings: programLinking),

    // Benchmarks.
    .executableTarget(
      name: "sd-bench-conversions", dependencies: ["PCM"], path: "Tests/Benchmarks/Conversion",
      swiftSettings: settings),
    .executableTarget(
      name: "sd-bench-callback", dependencies: ["PCM", "Platform", "SoundDevice"],
      path: "Tests/Benchmarks/Callback",
      swiftSettings: settings),

    // Tests.
    .systemLibrary(name: "CTestSupport", path: "Tests/CTestSupport"),
    .target(
      name: "TestSupport", dependencies: ["CTestSupport"], path: "Tests/TestSupport",
      exclude: ["Resources"], swiftSettings: settings),
    .testTarget(
      name: "TestSupportTests", dependencies: ["TestSupport"], swiftSettings: settings),
    .testTarget(
      name: "PlatformTests", dependencies: ["Platform", "TestSupport"], swiftSettings: settings),
    .testTarget(name: "PCMTests", dependencies: ["PCM"], swiftSettings: settings),
    .testTarget(
      name: "ResamplerTests", dependencies: ["PCM", "Resampler"], swiftSettings: settings),
    .testTarget(
      name: "SoundFileTests", dependencies: ["PCM", "SoundFile", "CSndFile", "TestSupport"],
      swiftSettings: settings),
    .executableTarget(
      name: "sd-test-client",
      dependencies: ["SoundDevice", "SoundDeviceVerbs", "SoundFile", "PCM", "Platform"],
      path: "Tests/DeviceClient",
      swiftSettings: settings),
    .testTarget(
      name: "SoundDeviceTests",
      dependencies: [
        "SoundDevice", "PCM", "Platform", "CRealtime", "TestSupport", "sd-test-client",
      ],
      swiftSettings: settings),
    .testTarget(
      name: "SoundToolTests",
      dependencies: ["SoundTool", "PCM", "Platform", "SoundFile", "TestSupport", argumentParser],
      swiftSettings: settings),
    .testTarget(name: "SpectrumTests", dependencies: ["Spectrum"], swiftSettings: settings),
    .testTarget(
      name: "PlotToolTests",
      dependencies: ["PlotTool", "Spectrum", "SoundTool", "PCM", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "DeviceToolTests",
      dependencies: [
        "DeviceTool", "Resampler", "SoundDevice", "SoundFile", "SoundTool", "PCM", "TestSupport",
        argumentParser,
      ], swiftSettings: settings),
    .executableTarget(
      name: "sd-test-confined", dependencies: ["Platform", "SoundTool"], path: "Tests/Confined",
      swiftSettings: settings),
    .target(
      name: "FuzzTargets", dependencies: ["PCM", "Platform", "PlotTool", "SoundFile", "SoundTool"],
      path: "Tests/Fuzz/Targets", swiftSettings: settings),
    .testTarget(
      name: "FuzzTests", dependencies: ["FuzzTargets", "SoundTool", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "ToolTests",
      dependencies: [
        "sd-test-confined",
        "Platform", "TestSupport", "sd-device", "sd-cat", "sd-plot",
      ],
      swiftSettings: settings),
  ]
)

// Some of the tests alone, such as SD_TESTS=SoundDeviceTests: what sanitizers rebuild is less then.
if let names = Context.environment["SD_TESTS"]?.split(separator: ",").map(String.init) {
  package.targets.removeAll { $0.type == .test && !names.contains($0.name) }
}

// `make fuzz` asks for this one, with the flags it needs.
if Context.environment["SD_FUZZ"] != nil {
  package.targets += [
    .systemLibrary(name: "CFuzz", path: "Tests/Fuzz/CFuzz"),
    .executableTarget(
      name: "sd-fuzz", dependencies: ["CFuzz", "FuzzTargets", "Platform", "SoundTool"],
      path: "Tests/Fuzz/Driver", swiftSettings: settings),
  ]
}
