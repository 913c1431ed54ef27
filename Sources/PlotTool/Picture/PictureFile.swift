internal import Platform
internal import SoundFile
public import SoundTool

/// The file of a picture.
public struct PictureFile: Sendable {
  /// The file format.
  enum Kind: Sendable { case png, svg }

  /// The file's path.
  public let path: String
  let kind: Kind
  private let replacing: Bool

  /// Creates a file that is not open yet.
  ///
  /// - Parameter replacing: Whether an existing file is replaced; if not, it is an error.
  /// - Throws: A usage error for a name that ends neither in `.png` nor in `.svg`.
  public init(path: String, replacing: Bool) throws(ToolError) {
    self.path = path
    self.replacing = replacing
    let name = path.lowercased()
    if name.hasSuffix(".png") {
      kind = .png
    } else if name.hasSuffix(".svg") {
      kind = .svg
    } else {
      throw .usage(path, "a picture's name ends in .png or .svg")
    }
  }

  /// Throws a usage error if the file is one of the inputs.
  public func refuse(_ inputs: [AudioSource]) throws(ToolError) {
    guard let identity = FileIdentity(path: path), identity.isRegularFile else { return }
    for input in inputs where input.identity?.isSameFile(as: identity) == true {
      throw .usage(path, "is also an input")
    }
  }

  /// Opens the file and keeps its content, so that an old picture stays until the new one is drawn.
  func open() throws(ToolError) -> CInt {
    let flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | (replacing ? 0 : O_EXCL)
    while true {
      try SignalCenter.shared.checkStop()
      let descriptor = unsafe SystemCall.open(FileName.bytes(of: path), flags)
      if descriptor >= 0 { return descriptor }
      guard errno == EINTR else { throw .failure(path, errno: errno) }
    }
  }

  /// Replaces the content and closes the file.
  func write(_ bytes: [UInt8], to descriptor: CInt) throws(ToolError) {
    do throws(ToolError) {
      if FileIdentity(descriptor: descriptor)?.isRegularFile == true {
        guard ftruncate(descriptor, 0) == 0 else { throw .failure(path, errno: errno) }
      }
      var writer = PipeWriter(descriptor: descriptor, name: path)
      try unsafe writer.write(bytes.span.bytes)
    } catch {
      close(descriptor)
      throw error
    }
    // Some file systems report errors only now.
    guard close(descriptor) == 0 else { throw .failure(path, errno: errno) }
  }
}
