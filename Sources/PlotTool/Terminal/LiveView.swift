/// A live drawing of a sound: each block adds lines that scroll away, and some lines stay in place.
protocol LiveView: AnyObject {
  /// Takes a block of frames.
  ///
  /// - Returns: The lines to add, the oldest first.
  func take(_ block: PlanarBlock, size: Canvas.Size) -> [String]

  /// Takes the end of the sound; as ``take(_:size:)``.
  func finish(size: Canvas.Size) -> [String]

  /// The lines that stay in place.
  func block(size: Canvas.Size) -> [String]
}

extension LiveView {
  func finish(size: Canvas.Size) -> [String] { [] }
}
