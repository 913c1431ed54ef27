internal import SoundTool

/// The ratio of a writer's and a device's clocks, and the fill between them.
struct AdaptStatus {
  var partsPerMillion: Double
  var isLocked: Bool
  /// The target fill, in device frames.
  var target: Int
  /// The minimum and maximum fill since the last status.
  var fills: ClosedRange<Double>
  /// The minimum and maximum mean fill while locked.
  var meanRange: ClosedRange<Double>?
  var cutCount: Int
  /// Device frames dropped by cuts.
  var discarded: Int

  /// `ratio -50.3 ppm, locked, 9560 to 9644 frames held (target 9600), 1 cut of 95611 frames`.
  var summary: String {
    let ratio = (partsPerMillion * 10).rounded() / 10
    let held =
      meanRange.map { ", \(Int($0.lowerBound)) to \(Int($0.upperBound)) frames held" } ?? ""
    let cuts =
      cutCount == 0 ? "" : ", \(counted(cutCount, "cut")) of \(counted(discarded, "frame"))"
    return "ratio \(ratio) ppm, \(isLocked ? "locked" : "not locked")\(held)"
      + " (target \(target))\(cuts)"
  }
}

extension AdaptStatus {
  /// For the feed.
  var members: [JSON.Member] {
    [
      .init("ppm", .number((partsPerMillion * 1000).rounded() / 1000)),
      .init("locked", .bool(isLocked)), .init("target", .integer(target)),
      .init("fill_min", .integer(Int(fills.lowerBound))),
      .init("fill_max", .integer(Int(fills.upperBound))), .init("cuts", .integer(cutCount)),
      .init("cut_frames", .integer(discarded)),
    ]
  }
}
