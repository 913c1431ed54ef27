import Testing

@testable import PCM

@Suite struct ChunksTests {
  @Test(arguments: [0, 1, 4095, 4096, 4097, 10_000])
  func coverEverySampleOnce(_ count: Int) {
    var next = 0
    let total = inChunks(count) { range in
      #expect(range.lowerBound == next && 1...4096 ~= range.count)
      next = range.upperBound
      return Int32(range.count)
    }
    #expect(next == count && total == count)
  }

  @Test func givesEachSampleItsWord() {
    var noise = NoiseSource(seed: 3)
    var words: [UInt32] = []
    for count in [5, 700, 1, 294] {
      let total = unsafe withNoise(count, &noise) { some, range in
        for i in 0..<range.count { unsafe words.append(some[i]) }
        return Int32(range.count)
      }
      #expect(total == count)
    }
    var again = NoiseSource(seed: 3)
    var whole: [UInt32] = []
    _ = unsafe withNoise(1000, &again) { some, range in
      for i in 0..<range.count { unsafe whole.append(some[i]) }
      return 0
    }
    #expect(words == whole)
    #expect(Set(words).count == 1000)
  }
}
