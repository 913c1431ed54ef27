/// Reading and writing through the rings.
extension StreamSession {
  /// Reads at least `minimum` frames, and as many more as are available and fit.
  ///
  /// - Parameter isWhole: At the end, or interrupted, throws rather than return fewer than
  ///   `minimum` frames, which a later call can still read.
  /// - Returns: The number of frames; fewer than `minimum` only if the stream has stopped or
  ///   `interrupted` says so.
  func read(
    into target: UnsafeMutableRawBufferPointer, minimum: Int, isWhole: Bool = false,
    timeout: Double?, interrupted: () -> Bool = { false }
  ) throws(PortAudioError) -> Int {
    let operation = "reading stream"
    guard let rings else { throw PortAudioError(.canNotReadFromACallbackStream, operation) }
    guard let ring = rings.inputRing else {
      throw PortAudioError(.canNotReadFromAnOutputOnlyStream, operation)
    }
    try PortAudioError.refuseInCallback(operation)
    let wanted = target.count / ring.bytesPerFrame
    guard wanted > 0, let base = target.baseAddress else { return 0 }
    var remaining = Timeout(seconds: timeout)
    guard readLock.take(&remaining, until: interrupted) else {
      throw PortAudioError(interrupted() ? .cancelled : .timedOut, operation)
    }
    defer { readLock.leave() }
    let least = min(minimum, wanted)
    var done =
      unsafe leftover.withLock { [target] in unsafe $0.take(into: target) } / ring.bytesPerFrame
    /// Leaves the frames taken to the next read.
    func fail(_ error: PortAudioError) -> PortAudioError {
      let taken = unsafe UnsafeRawBufferPointer(rebasing: target[..<(done * ring.bytesPerFrame)])
      leftover.withLock { unsafe $0.putBack(taken) }
      return error
    }
    while true {
      // Checked before the ring, so that frames before the end are still read.
      let isRunning = isUnderWay
      let isInterrupted = interrupted()
      let readable = ring.readableCount
      // Half a ring at a time, so that the other half holds the frames that come meanwhile.
      let needed = min(least - done, max(1, ring.capacity / 2))
      if isWhole, done + readable < least {
        if !isRunning { throw fail(ended(operation)) }
        if isInterrupted { throw fail(PortAudioError(.cancelled, operation)) }
      }
      if readable >= needed || !isRunning || isInterrupted {
        done += unsafe ring.read(into: base + done * ring.bytesPerFrame, count: wanted - done)
        if done >= least || isInterrupted { return done }
        guard isRunning else {
          if done == 0 { throw ended(operation) }
          return done
        }
      }
      guard let slice = remaining.next() else { throw fail(PortAudioError(.timedOut, operation)) }
      ring.waitUntilReadable(min(least - done, max(1, ring.capacity / 2)), seconds: slice)
    }
  }

  /// Moves what a read took that timed out to the front of `block`; returns the number of frames.
  func takeLeftover(into block: inout MutableRawSpan) -> Int {
    guard let ring = rings?.inputRing else { return 0 }
    let whole = block.byteCount / ring.bytesPerFrame * ring.bytesPerFrame
    var part = block._mutatingExtracting(..<whole)
    let byteCount = unsafe part.withUnsafeMutableBytes { bytes in
      unsafe leftover.withLock { [bytes] in unsafe $0.take(into: bytes) }
    }
    return byteCount / ring.bytesPerFrame
  }

  /// Writes all frames of `source`, waiting for room.
  ///
  /// - Returns: The number of frames; fewer than all only if `interrupted` says so.
  /// - Throws: An error with the number of frames written so far.
  func write(
    _ source: UnsafeRawBufferPointer, timeout: Double?, interrupted: () -> Bool = { false }
  ) throws(PortAudioError) -> Int {
    let operation = "writing stream"
    guard let rings else { throw PortAudioError(.canNotWriteToACallbackStream, operation) }
    guard let ring = rings.outputRing else {
      throw PortAudioError(.canNotWriteToAnInputOnlyStream, operation)
    }
    try PortAudioError.refuseInCallback(operation)
    let count = source.count / ring.bytesPerFrame
    guard count > 0, let base = source.baseAddress else { return 0 }
    var remaining = Timeout(seconds: timeout)
    var done = 0
    func failure(_ code: PortAudioError.Code) -> PortAudioError {
      PortAudioError(code, operation, frameCount: done)
    }
    guard writeLock.take(&remaining, until: interrupted) else {
      if interrupted() { return 0 }
      throw failure(.timedOut)
    }
    defer { writeLock.leave() }
    while true {
      guard isUnderWay, !isEnding.isSet else {
        throw failure(isEnding.isSet ? .streamIsStopped : ended(operation).code)
      }
      done += unsafe ring.write(from: base + done * ring.bytesPerFrame, count: count - done)
      if done == count || interrupted() { return done }
      guard let slice = remaining.next() else { throw failure(.timedOut) }
      // Wakes for half a ring of room rather than for every block: fewer thread switches.
      ring.waitUntilWritable(min(count - done, max(1, ring.capacity / 2)), seconds: slice)
    }
  }

  /// The reason that nothing can be read or written any more.
  private func ended(_ operation: String) -> PortAudioError {
    if stream.isLost { return PortAudioError(.hostLost, operation) }
    return PortAudioError(stream.phase == .closed ? .badStream : .streamIsStopped, operation)
  }

  /// Wakes threads waiting in `read` or `write`, to check `interrupted` again.
  package func wake() {
    rings?.inputRing?.wake()
    rings?.outputRing?.wake()
  }
}
