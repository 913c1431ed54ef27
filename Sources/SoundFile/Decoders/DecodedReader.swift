import PCM

/// Reads the output of a decoder and keeps time: determines how many frames were lost where, and
/// replaces them by silence on request. One thread at a time.
@safe final class DecodedReader {
  let facts: SoundFacts

  /// Whether silence of the same length replaces lost frames.
  var fillsGaps = false

  /// The damage found, until it is taken.
  var damage = DamageLog()

  /// The decoder that continues where this one ends, with frames of another format.
  private(set) var continuation: (any FrameDecoder)?

  private let decoder: any FrameDecoder
  /// Whether to return frames as they arrive, rather than wait for more.
  private let isLive: Bool
  private let queue: FrameQueue
  /// The next frame's position in the sound, counting lost frames.
  private var time = 0
  /// The offset from the decoder's position to the time: a stream may start anywhere.
  private var shift = 0
  /// Frames of silence still to return.
  private var silence = 0
  private var hasSought = false
  private var isAtEnd = false
  private var failure: AudioFileError?

  init(_ decoder: any FrameDecoder, isLive: Bool) {
    self.decoder = decoder
    self.isLive = isLive
    facts = decoder.facts
    queue = FrameQueue(bytesPerFrame: decoder.facts.bytesPerFrame)
  }

  /// Reads whole frames into the caller's bytes; 0 at the end.
  func read(into target: UnsafeMutableRawBufferPointer) throws(AudioFileError) -> Int {
    let bytesPerFrame = facts.bytesPerFrame
    let queue = queue
    return try give(target.count / bytesPerFrame) { done, wanted, isSilence in
      let room = unsafe UnsafeMutableRawBufferPointer(
        rebasing: target[(done * bytesPerFrame)..<((done + wanted) * bytesPerFrame)])
      guard isSilence else { return unsafe queue.take(into: room) }
      unsafe room.initializeMemory(as: UInt8.self, repeating: 0)
      return wanted
    }
  }

  /// Decodes and drops frames; fewer than requested only at the end.
  func skip(_ frames: Int) throws(AudioFileError) -> Int {
    let queue = queue
    var skipped = 0
    while skipped < frames {
      let count = try give(frames - skipped) { _, wanted, isSilence in
        isSilence ? wanted : queue.skip(wanted)
      }
      if count == 0 { break }
      skipped += count
    }
    return skipped
  }

  /// Seeks to a frame; false if this codec can only be read from the start.
  func seek(toFrame frame: Int) throws(AudioFileError) -> Bool {
    guard facts.canSeek else { return false }
    queue.removeAll()
    guard try decoder.seek(toFrame: frame, queue) else { return false }
    (time, shift, silence, isAtEnd, hasSought) = (frame, 0, 0, false, true)
    return true
  }

  /// Delivers up to `wanted` frames with `move`: from the queue, or silence.
  private func give(
    _ wanted: Int, _ move: (_ done: Int, _ wanted: Int, _ isSilence: Bool) -> Int
  ) throws(AudioFileError) -> Int {
    var done = 0
    do throws(AudioFileError) {
      if let failure = failure.take() { throw failure }
      while done < wanted {
        if silence > 0 {
          let count = move(done, min(silence, wanted - done), true)
          silence -= count
          done += count
        } else if isAtEnd {
          break
        } else if queue.isEmpty {
          if isLive && done > 0 { break }
          try decoder.advance(queue)
        } else {
          let count = try handleFirst { move(done, wanted - done, false) }
          done += count
        }
      }
    } catch {
      // Frames decoded before the error come first.
      guard done > 0 else { throw error }
      failure = error
    }
    return done
  }

  /// Processes the first item; returns the frames that `move` took.
  private func handleFirst(_ move: () -> Int) throws(AudioFileError) -> Int {
    switch queue.first {
    case .frames(_, let position):
      follow(position)
      guard silence == 0 else { return 0 }
      let count = move()
      time += count
      return count
    case .damage(let reason):
      queue.removeFirst()
      try recordLoss(reason)
    case .change(let next):
      (continuation, isAtEnd) = (next, true)
    case .end(let shortage, let hasWrongChecksum):
      isAtEnd = true
      finish(shortage, hasWrongChecksum)
    case nil: break
    }
    return 0
  }

  /// Evaluates a position: it reveals frames missing without an error, in FLAC, whose frames are
  /// numbered, or the start of a stream's time.
  private func follow(_ position: Int?) {
    guard let position else { return }
    let gap = position + shift - time
    if gap > 0, isPlausible(gap), facts.format.type == .flac, facts.frameCount != nil {
      lose(gap, reason: "frames are missing")
    } else if gap != 0 {
      shift -= gap
    }
  }

  /// Determines the length of a loss from the position of the next frames.
  private func recordLoss(_ reason: String) throws(AudioFileError) {
    var ahead = 0
    var seen = 0
    var failures = 0
    while ahead < Self.farthest {
      while seen == queue.waiting.count { try decoder.advance(queue) }
      let item = queue.waiting[queue.waiting.startIndex + seen]
      switch item {
      case .frames(let count, nil):
        ahead += count
      case .frames(_, let position?):
        let gap = position + shift - time - ahead
        // A stream that is joined in the middle starts with a gap.
        guard time > 0 || facts.frameCount != nil || gap < Self.farthest else { return }
        guard isPlausible(gap) else { return record(.lost(reason: reason), nil) }
        return lose(max(0, gap), reason: reason)
      case .damage where ahead == 0:
        queue.removeFirst()
        failures += 1
        // A decoder that only reports errors cannot recover.
        if failures < Self.mostFailures { continue }
        isAtEnd = true
        return finish(.mark("in what cannot be decoded"), false)
      case .end where time + ahead < facts.frameCount ?? 0:
        // The shortage reports that instead.
        return
      case .damage, .change, .end:
        return record(.lost(reason: reason), nil)
      }
      seen += 1
    }
    record(.lost(reason: reason), nil)
  }

  /// Whether this many frames may be missing; a damaged number can be anything.
  private func isPlausible(_ gap: Int) -> Bool {
    gap <= Int(Self.longestGap * facts.sampleRate) && time + gap <= facts.frameCount ?? .max
  }

  private func lose(_ frames: Int, reason: String) {
    record(.lost(reason: reason), frames)
    time += frames
    if fillsGaps { silence = frames }
  }

  private func finish(_ shortage: Damage.Shortage?, _ hasWrongChecksum: Bool) {
    if let promised = facts.frameCount, time < promised {
      record(.endsEarly(.frames(promised: promised)), promised - time)
      if fillsGaps, isPlausible(promised - time) { silence = promised - time }
      time = promised
    } else if let shortage {
      record(.endsEarly(shortage), nil)
    } else if hasWrongChecksum, damage.isEmpty, !hasSought {
      record(.checksum, nil)
    }
  }

  private func record(_ kind: Damage.Kind, _ frames: Int?) {
    damage.append(Damage(kind: kind, position: time, frameCount: frames))
  }

  /// Frames decoded ahead to learn how many were lost before them.
  private static let farthest = 1 << 19
  private static let mostFailures = 100_000
  /// Seconds.
  private static let longestGap = 3600.0
}
