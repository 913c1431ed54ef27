#pragma once

#include <stddef.h>
#include <stdint.h>

// libFuzzer, started from a main function of one's own. Its library comes with -sanitize=fuzzer.
extern int LLVMFuzzerRunDriver(
    int *_Nonnull argc, char *_Nullable *_Nullable *_Nonnull argv,
    int (*_Nonnull attempt)(const uint8_t *_Nullable bytes, size_t count));
