internal import CPNG
internal import SoundTool

/// PNG files. Corresponds to `png_image_write_to_memory`.
enum PNG {
  /// The bytes of a file.
  static func bytes(_ raster: Raster) throws(ToolError) -> [UInt8] {
    try bytes(
      width: raster.width, height: raster.height, pixels: raster.pixels, palette: Raster.palette)
  }

  /// The bytes of a file that contains only levels.
  static func bytes(_ image: LevelImage) throws(ToolError) -> [UInt8] {
    try bytes(
      width: image.width, height: image.height, pixels: image.levels,
      palette: (0...255).map { Gradient.color(Double($0) / 255) })
  }

  private static func bytes(
    width: Int, height: Int, pixels: [UInt8], palette: [Color]
  ) throws(ToolError) -> [UInt8] {
    precondition(pixels.count == width * height, "a value for each pixel")
    var image = unsafe png_image()
    unsafe image.version = png_uint_32(PNG_IMAGE_VERSION)
    unsafe image.width = png_uint_32(width)
    unsafe image.height = png_uint_32(height)
    unsafe image.format = png_uint_32(PNG_FORMAT_FLAG_COLOR) | png_uint_32(PNG_FORMAT_FLAG_COLORMAP)
    unsafe image.colormap_entries = png_uint_32(palette.count)
    let colors = palette.flatMap { [$0.red, $0.green, $0.blue] }
    // deflate never expands the pixels to more than twice their size.
    var size = 2 * pixels.count + 65_536
    var file = [UInt8](repeating: 0, count: size)
    let isWritten = unsafe png_image_write_to_memory(
      &image, &file, &size, 0, pixels, CInt(width), colors)
    guard isWritten != 0 else {
      let words = unsafe withUnsafeBytes(of: &image.message) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      throw .failure("libpng", words)
    }
    file.removeLast(file.count - size)
    return file
  }
}
