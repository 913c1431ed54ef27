// swift-tools-version: 6.2

import PackageDescription

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
  name: "sd-tools",
  platforms: [.macOS(.v26)],
  products: [
    .library(name: "PCM", targets: ["PCM"]),
    .library(name: "Resampler", targets: ["Resampler"]),
    .library(name: "SoundFile", targets: ["SoundFile"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    // System libraries: a module map each, nothing else.
    .systemLibrary(
      name: "CSndFile", pkgConfig: "sndfile",
      providers: [.apt(["libsndfile1-dev"]), .brew(["libsndfile"])]),
    .systemLibrary(
      name: "CSoxr", pkgConfig: "soxr",
      providers: [.apt(["libsoxr-dev"]), .brew(["libsoxr"])]),

    // Libraries, in dependency order.
    .target(name: "PCM", swiftSettings: settings),
    .target(name: "Resampler", dependencies: ["PCM", "CSoxr"], swiftSettings: settings),
    .target(name: "SoundFile", dependencies: ["PCM", "CSndFile"], swiftSettings: settings),

    // Benchmarks.
    .executableTarget(
      name: "sd-bench-conversions", dependencies: ["PCM"], path: "Tests/Benchmarks",
      sources: ["ConversionBenchmark.swift"], swiftSettings: settings),

    // Tests.
    .testTarget(name: "PCMTests", dependencies: ["PCM"], swiftSettings: settings),
    .testTarget(
      name: "ResamplerTests", dependencies: ["PCM", "Resampler"], swiftSettings: settings),
    .testTarget(
      name: "SoundFileTests", dependencies: ["PCM", "SoundFile", "CSndFile"], swiftSettings: settings),
  ]
)
