// Makes libogg's types those of COgg, rather than a copy.
#include "../COgg/shim.h"

#include <opusfile.h>
