#ifndef SD_CCONFINE_H
#define SD_CCONFINE_H

#include <stdbool.h>

// The Linux calls that drop this process's rights irreversibly. On other systems, and on kernels
// without these calls, they do nothing and return false.

// Denies this thread, and all threads it starts, opening files by name and TCP. It may only write
// one file, or create and write regular files in one folder: `writable` is a descriptor (O_PATH
// will do), or -1. False if the kernel has no Landlock.
bool sd_confine_files(int writable);

// Opens a path for sd_confine_files: a descriptor without read or write access, or -1.
int sd_confine_target(const char *path);

// Limits all threads to the system calls that use open files. Opening a file by name fails with
// EPERM unless `may_open`; any other call ends the process with SIGSYS. False if the kernel has no
// seccomp filters.
bool sd_confine_calls(bool may_open);

#endif
