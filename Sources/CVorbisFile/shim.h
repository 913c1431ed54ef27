// Makes libogg's types those of COgg, rather than a copy.
#include "../COgg/shim.h"

#define OV_EXCLUDE_STATIC_CALLBACKS
#include <vorbis/vorbisenc.h>
#include <vorbis/vorbisfile.h>
