import Testing

@testable import Resampler

@Suite struct RateConverterErrorTests {
  @Test func isItsText() {
    let error = RateConverterError("cannot resample")
    #expect("\(error)" == "cannot resample")
    #expect(error == RateConverterError("cannot resample"))
  }
}
