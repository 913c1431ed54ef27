internal import Platform
internal import SoundFile
public import SoundTool

/// The file of a picture.
public struct PictureFile: Sendable {
  /// What it is written as.
  enum Kind: Sendable { case png, svg }

  /// Where it is.
  public let path: String
  let kind: Kind
  private let replacing: Bool

  /// A file that is still to be opened.
  ///
  /// - Parameter replacing: whether a file that exists is replaced, or an error.
  /// - Throws: a usage error for a name that is neither `.png` nor `.svg`.
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

  /// Opens it and leaves what is in it, so that a picture there stays until the new one is drawn.
  func open() throws(ToolError) -> CInt {
    let flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | (replacing ? 0 : O_EXCL)
    while true {
      try SignalCenter.shared.checkStop()
      let descriptor = unsafe SystemCall.open(FileName.bytes(of: path), flags)
      if descriptor >= 0 { return descriptor }
      guard errno == EINTR else { throw .failure(path, errno: errno) }
    }
  }

  /// Replaces what is in it, and closes it.
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
    // Some file systems have their say only now.
    guard close(descriptor) == 0 else { throw .failure(path, errno: errno) }
  }
}
