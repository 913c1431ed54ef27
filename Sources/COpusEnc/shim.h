#include <opusenc.h>

// Swift cannot import functions with variable arguments.
static inline int sd_ope_set_delays(OggOpusEnc *encoder, opus_int32 muxing, opus_int32 decision) {
  int error = ope_encoder_ctl(encoder, OPE_SET_MUXING_DELAY(muxing));
  return error != OPE_OK ? error : ope_encoder_ctl(encoder, OPE_SET_DECISION_DELAY(decision));
}
