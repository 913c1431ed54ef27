#ifndef SD_CCONFINE_H
#define SD_CCONFINE_H

#include <stdbool.h>

// The Linux calls that take rights away from this process, for good. Elsewhere, and on a kernel
// without them, they do nothing and say so.

// Denies the calling thread, and every thread it starts, all files by name, but for writing one
// file, or creating and writing regular files in one folder (a descriptor, O_PATH will do, or -1),
// and all TCP. False where the kernel has no Landlock.
bool sd_confine_files(int writable);

// Opens a path for sd_confine_files: a descriptor that grants neither reading nor writing, or -1.
int sd_confine_target(const char *path);

// Leaves all threads the system calls that go on with what is open. Opening a file by name fails
// with EPERM, if it is not to be allowed; anything else ends the process with SIGSYS. False where
// the kernel has no seccomp filters.
bool sd_confine_calls(bool may_open);

#endif
