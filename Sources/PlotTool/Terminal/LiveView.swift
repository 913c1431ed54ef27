/// What is drawn of a sound as it comes: of each block some lines that scroll away, and a block of
/// lines that stays in its place.
protocol LiveView: AnyObject {
  /// Takes a block of frames.
  ///
  /// - Returns: the lines to add, the oldest first.
  func take(_ block: PlanarBlock, size: Canvas.Size) -> [String]

  /// Takes the end of the sound; as ``take(_:size:)``.
  func finish(size: Canvas.Size) -> [String]

  /// The lines that stay.
  func block(size: Canvas.Size) -> [String]
}

extension LiveView {
  func finish(size: Canvas.Size) -> [String] { [] }
}
