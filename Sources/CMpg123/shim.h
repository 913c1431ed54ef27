// The functions with enumerations are those that every version has.
#define MPG123_ENUM_API
#include <mpg123.h>
