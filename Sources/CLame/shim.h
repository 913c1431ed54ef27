// pkg-config, where it knows LAME, names the folder of the header itself.
#if __has_include(<lame/lame.h>)
#include <lame/lame.h>
#else
#include <lame.h>
#endif
