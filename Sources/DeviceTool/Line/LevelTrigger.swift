/// Decides which frames events keep: for each loud frame, those from `before` frames ahead of it to
/// `hold` frames after it. An unbroken run of such frames is an event.
///
/// A frame that may still come before a loud one is undecided, and its decision comes later.
struct LevelTrigger {
  /// A decision about the oldest undecided frames.
  enum Decision: Hashable {
    /// An event begins with the next frame.
    case begin
    /// This many frames belong to the event.
    case keep(Int)
    /// The event ended with the last frame.
    case end
    /// This many frames belong to none.
    case discard(Int)
  }

  /// Frames kept ahead of a loud one.
  let before: Int
  /// Frames kept after a loud one.
  let hold: Int
  private(set) var undecided = 0
  private var held = 0
  private var isOpen = false

  init(before: Int, hold: Int) {
    self.before = before
    self.hold = hold
  }

  /// Takes frames that are loud.
  mutating func take(loud count: Int, _ decide: (Decision) -> Void) {
    guard count > 0 else { return }
    if !isOpen { decide(.begin) }
    isOpen = true
    decide(.keep(undecided + count))
    undecided = 0
    held = hold
  }

  /// Takes frames that are quiet, or missing.
  mutating func take(quiet count: Int, _ decide: (Decision) -> Void) {
    let kept = min(count, held)
    held -= kept
    if kept > 0 { decide(.keep(kept)) }
    undecided += count - kept
    if undecided > before { discard(undecided - before, decide) }
  }

  /// Decides the rest, as nothing follows.
  mutating func finish(_ decide: (Decision) -> Void) {
    discard(undecided, decide)
    held = 0
  }

  private mutating func discard(_ count: Int, _ decide: (Decision) -> Void) {
    if isOpen { decide(.end) }
    isOpen = false
    if count > 0 { decide(.discard(count)) }
    undecided -= count
  }
}
