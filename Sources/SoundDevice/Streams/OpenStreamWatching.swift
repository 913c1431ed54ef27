/// Watching a running stream.
extension OpenStream {
  func beginWatching() {
    // Lost meanwhile, because the host took too long to start.
    guard phase == .running else { return }
    let limits = StreamWatch.Limits(
      stallTime: max(0, stallTime), longestSilence: granted.longestSilence,
      latency: longestLatency, sampleRate: granted.sampleRate, channelCount: channelCount)
    let new = StreamWatch(limits, signs: trampoline.signs, at: Watchdog.shared.time)
    watch.withLock { $0 = new }
    Watchdog.shared.watch(self)
  }

  /// Checks whether callbacks still come. On the watchdog's thread.
  func look(at time: Double) {
    guard phase == .running else { return }
    let signs = trampoline.signs
    let verdict = watch.withLock { $0?.look(at: signs, time: time) ?? .fine }
    switch verdict {
    case .fine: if granted.mayChangeRate { checkRate() }
    case .ask: poll(mustFinish: false)
    case .finish: poll(mustFinish: true)
    case .lost: markLost()
    }
  }

  /// Asks the host, without waiting, whether the stream is still active, and stops it if it is not
  /// or must not be.
  private func poll(mustFinish: Bool) {
    guard !isPolling.testAndSet() else { return }
    thread.post { [self] _ in
      defer { isPolling.set(false) }
      guard phase == .running else { return }
      let isActive = hostStream.isActive
      guard trampoline.isFinishing else {
        if !isActive { return handleInactivity() }
        if let silence = hostStream.silence, silence >= stallTime { markLost() }
        return
      }
      if !isActive || mustFinish { finish(isActive ? .abort : .drain) }
    }
  }

  /// Gives the stream up if its host runs at another rate by now: the frames would be of another
  /// speed.
  private func checkRate() {
    guard !isPolling.testAndSet() else { return }
    thread.post { [self] _ in
      defer { isPolling.set(false) }
      guard phase == .running, let rate = hostStream.currentRate, rate != granted.sampleRate else {
        return
      }
      isRetuned.set()
      markLost()
    }
  }

  /// Ends the stream at the callback's request, after everything has been played.
  private func finish(_ mode: StopMode) {
    do throws(PortAudioError) { try hostStop(mode) } catch { return markLost() }
    // Found lost meanwhile, because it hung.
    guard !isLost else { return }
    trampoline.didStop(discarding: false, now: hostStream.now)
    end(.finished)
  }

  /// Stops the host while the watch continues: it may hang, and nothing waits for it.
  private func hostStop(_ mode: StopMode) throws(PortAudioError) {
    try mode == .drain ? hostStream.stop() : hostStream.abort()
  }

  /// Handles a stream that is inactive although the callback wanted more: the host is gone or gave
  /// it up.
  private func handleInactivity() {
    let hasBegun = watch.withLock { $0?.hasBegun ?? false }
    if granted.mayGiveUp, hasBegun, revive() { return }
    trampoline.abandon()
    trampoline.settleAbandoned()
    markLost()
  }

  /// Restarts the host's stream; false if that fails. If it hangs, the silence continues until the
  /// stream is lost.
  private func revive() -> Bool {
    do throws(PortAudioError) {
      try hostStream.abort()
      trampoline.willStartAnew(now: hostStream.now)
      beginWatching()
      try hostStream.start()
      return true
    } catch {
      return false
    }
  }

  /// Marks the stream lost: no callback reaches the client any more. The host closes the stream
  /// when it can.
  func markLost() {
    guard !lost.testAndSet() else { return }
    thread.noteLoss()
    trampoline.abandon()
    end(.finished)
    trampoline.processor.interrupted()
    thread.post { [self] _ in try? closeHostStream() }
  }
}
