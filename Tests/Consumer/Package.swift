// swift-tools-version: 6.2

import PackageDescription

// An example of a dependent package: it depends on the libraries and nothing more. Without the trait
// `Programs`, which is on by default, nothing of the programs is fetched or built.
let package = Package(
  name: "consumer",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "sd-tools", path: "../..", traits: [])],
  targets: [
    .executableTarget(
      name: "consumer",
      dependencies: [
        .product(name: "SoundDevice", package: "sd-tools"),
        .product(name: "PCM", package: "sd-tools"),
      ])
  ]
)
