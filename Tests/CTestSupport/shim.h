#pragma once

// Swift imports glibc without _GNU_SOURCE, which hides these. Nothing is defined here but the flag,
// a macro in glibc.
#ifdef __linux__
#include <spawn.h>

extern int pipe2(int ends[2], int flags);
extern int posix_openpt(int flags);
extern int grantpt(int master);
extern int unlockpt(int master);
extern char *ptsname(int master);
extern int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *, const char *);
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *, int);

static const int SD_POSIX_SPAWN_SETSID = 0x80;
#endif
