/// What the host reports about a block, or has reported since a stream was started.
///
/// Collect several with `formUnion`, as the ancestor does with `|=`. Prints the same words as the
/// ancestor: `input underflow, output underflow`.
///
/// Corresponds to `PaStreamCallbackFlags`.
public struct CallbackFlags: OptionSet, Sendable, Hashable, CustomStringConvertible {
  /// The bits, as PortAudio defines them.
  public let rawValue: UInt

  /// Creates flags from their bits.
  public init(rawValue: UInt) { self.rawValue = rawValue }

  /// Input data is all silence, or has silence inserted, because no real data was available.
  public static let inputUnderflow = CallbackFlags(rawValue: 1)
  /// Input data before this block was discarded.
  public static let inputOverflow = CallbackFlags(rawValue: 2)
  /// Silence, or a gap, was inserted in the output.
  public static let outputUnderflow = CallbackFlags(rawValue: 4)
  /// Output data will be discarded because no room is available.
  public static let outputOverflow = CallbackFlags(rawValue: 8)
  /// Output data is used to prime the stream; input data may be silence.
  public static let primingOutput = CallbackFlags(rawValue: 16)

  /// The names of the members, separated by commas; `no flags` if there are none.
  public var description: String {
    let names: [(CallbackFlags, String)] = [
      (.inputUnderflow, "input underflow"), (.inputOverflow, "input overflow"),
      (.outputUnderflow, "output underflow"), (.outputOverflow, "output overflow"),
      (.primingOutput, "priming output"),
    ]
    let present = names.filter { contains($0.0) }.map(\.1)
    return present.isEmpty ? "no flags" : present.joined(separator: ", ")
  }
}
