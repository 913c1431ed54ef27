#define _GNU_SOURCE
#include "CConfine.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
// Sanitizers need more of the system: they fork, trace and read files to report.
#define SD_IS_SANITIZED 1
#endif
#endif

#if defined(__linux__) && (defined(__x86_64__) || defined(__aarch64__)) && !defined(SD_IS_SANITIZED)

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

// Landlock, from the kernel's documentation; the headers may be older than the running kernel.

#ifndef __NR_landlock_create_ruleset
#define __NR_landlock_create_ruleset 444
#define __NR_landlock_add_rule 445
#define __NR_landlock_restrict_self 446
#endif

// What isatty asks since glibc 2.42. TCGETS2 needs a header that excludes <termios.h>.
#define SD_TCGETS2 0x802c542a

enum {
  files_write = 1 << 1,
  files_make_regular = 1 << 8,
  files_refer = 1 << 13,
  files_truncate = 1 << 14,
  files_ioctl = 1 << 15,
  files_first_version = (1 << 13) - 1,
  net_all = 3,
  scope_all = 3,
};

struct ruleset {
  uint64_t files, net, scopes;
};

struct __attribute__((packed)) path_rule {
  uint64_t allowed;
  int32_t path;
};

int sd_confine_target(const char *path) { return open(path, O_PATH | O_CLOEXEC); }

bool sd_confine_files(int writable) {
  long version = syscall(__NR_landlock_create_ruleset, NULL, 0, 1);
  if (version < 1) return false;
  struct ruleset rules = {.files = files_first_version};
  if (version >= 2) rules.files |= files_refer;
  if (version >= 3) rules.files |= files_truncate;
  if (version >= 4) rules.net = net_all;
  if (version >= 5) rules.files |= files_ioctl;
  if (version >= 6) rules.scopes = scope_all;
  size_t size = version >= 6 ? sizeof rules : version >= 4 ? 16 : 8;
  int ruleset = (int)syscall(__NR_landlock_create_ruleset, &rules, size, 0);
  if (ruleset < 0) return false;
  bool holds = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
  struct stat status;
  if (writable >= 0 && fstat(writable, &status) == 0) {
    uint64_t making = S_ISDIR(status.st_mode) ? files_make_regular : 0;
    struct path_rule rule = {
        .allowed = (files_write | files_truncate | making) & rules.files, .path = writable};
    int added = (int)syscall(__NR_landlock_add_rule, ruleset, 1, &rule, 0);
    // A pipe is in no folder, and needs no rule.
    holds = holds && (added == 0 || errno == EBADFD);
  }
  holds = holds && syscall(__NR_landlock_restrict_self, ruleset, 0) == 0;
  close(ruleset);
  return holds;
}

// Seccomp. A filter sees a call's number and the low words of its arguments.

#if defined(__x86_64__)
#define NATIVE AUDIT_ARCH_X86_64
#else
#define NATIVE AUDIT_ARCH_AARCH64
#endif

#define ARGUMENT(n) ((uint32_t)(offsetof(struct seccomp_data, args) + 8 * (n)))

#define LOAD(offset) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(offset))
#define GIVE(action) BPF_STMT(BPF_RET | BPF_K, (action))
#define REFUSE(error) (SECCOMP_RET_ERRNO | ((error) & SECCOMP_RET_DATA))
// Skips this many instructions unless the loaded word is the value.
#define UNLESS(value, skipped) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), 0, (skipped))
#define ALLOW(call) UNLESS(__NR_##call, 1), GIVE(SECCOMP_RET_ALLOW)
#define DENY(call, error) UNLESS(__NR_##call, 1), GIVE(REFUSE(error))
// Allows a call if an argument has this value, or else makes it fail.
#define ALLOW_ONLY(call, n, value, error)                                                    \
  UNLESS(__NR_##call, 4), LOAD(ARGUMENT(n)), UNLESS(value, 1), GIVE(SECCOMP_RET_ALLOW),      \
      GIVE(REFUSE(error))
// Allows a call if an argument lacks a bit, or else makes it fail.
#define ALLOW_WITHOUT(call, n, bits, error)                                                  \
  UNLESS(__NR_##call, 4), LOAD(ARGUMENT(n)), BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, 1, 0), \
      GIVE(SECCOMP_RET_ALLOW), GIVE(REFUSE(error))
#define ALLOW_WITH(call, n, bits, error)                                                     \
  UNLESS(__NR_##call, 4), LOAD(ARGUMENT(n)), BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, 0, 1), \
      GIVE(SECCOMP_RET_ALLOW), GIVE(REFUSE(error))

bool sd_confine_calls(bool may_open) {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return false;
  uint32_t opening = may_open ? SECCOMP_RET_ALLOW : REFUSE(EPERM);
  struct sock_filter filter[] = {
      LOAD(offsetof(struct seccomp_data, arch)),
      UNLESS(NATIVE, 1),
      BPF_JUMP(BPF_JMP | BPF_JA, 1, 0, 0),
      GIVE(SECCOMP_RET_KILL_PROCESS),
      LOAD(offsetof(struct seccomp_data, nr)),

      // Data.
      ALLOW(read),
      ALLOW(write),
      ALLOW(lseek),
      ALLOW(futex),
      ALLOW(readv),
      ALLOW(writev),
      ALLOW(pread64),
      ALLOW(pwrite64),
      ALLOW(close),
      ALLOW(fstat),
      ALLOW(newfstatat),
      ALLOW(statx),
      ALLOW(fcntl),
      ALLOW(fsync),
      ALLOW(fdatasync),
      ALLOW(ftruncate),
      ALLOW(ppoll),

      // Memory, but none to execute.
      ALLOW(brk),
      ALLOW_WITHOUT(mmap, 2, PROT_EXEC, EPERM),
      ALLOW_WITHOUT(mprotect, 2, PROT_EXEC, EPERM),
      ALLOW(munmap),
      ALLOW(mremap),
      ALLOW(madvise),

      // Time, signals, threads, exit.
      ALLOW(clock_gettime),
      ALLOW(clock_getres),
      ALLOW(gettimeofday),
      ALLOW(nanosleep),
      ALLOW(clock_nanosleep),
      ALLOW(rt_sigaction),
      ALLOW(rt_sigprocmask),
      ALLOW(rt_sigreturn),
      ALLOW(rt_sigtimedwait),
      ALLOW(rt_sigsuspend),
      ALLOW(sigaltstack),
      ALLOW(restart_syscall),
      ALLOW(sched_yield),
      ALLOW(sched_getaffinity),
      ALLOW(set_robust_list),
      ALLOW(set_tid_address),
      ALLOW(rseq),
      ALLOW(membarrier),
      ALLOW(gettid),
      ALLOW(getpid),
      ALLOW(getrandom),
      ALLOW(sysinfo),
      ALLOW(exit),
      ALLOW(exit_group),
      ALLOW_ONLY(prlimit64, 2, 0, EPERM),
      // Only to this process.
      ALLOW_ONLY(tgkill, 0, getpid(), EPERM),
      // Threads, but no processes. A filter cannot see the flags of clone3; without it libc uses
      // clone.
      DENY(clone3, ENOSYS),
      ALLOW_WITH(clone, 0, CLONE_THREAD, EPERM),
      ALLOW_ONLY(prctl, 0, PR_SET_NO_NEW_PRIVS, EINVAL),
      // Further restrictions.
      ALLOW(seccomp),
      ALLOW(landlock_create_ruleset),
      ALLOW(landlock_restrict_self),

      // Whether a descriptor is a terminal, its width, the content of a pipe.
      UNLESS(__NR_ioctl, 7),
      LOAD(ARGUMENT(1)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, TCGETS, 3, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SD_TCGETS2, 2, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, TIOCGWINSZ, 1, 0),
      UNLESS(FIONREAD, 1),
      GIVE(SECCOMP_RET_ALLOW),
      GIVE(REFUSE(ENOTTY)),

      UNLESS(__NR_openat, 1),
      GIVE(opening),
#if defined(__x86_64__)
      UNLESS(__NR_open, 1),
      GIVE(opening),
      ALLOW(poll),
      ALLOW(stat),
      ALLOW(lstat),
      ALLOW(time),
      DENY(access, EPERM),
      DENY(readlink, EPERM),
#endif
      // Calls that libraries may try, but do not need.
      DENY(faccessat, EPERM),
      DENY(readlinkat, EPERM),
      DENY(getcwd, EPERM),
      GIVE(SECCOMP_RET_KILL_PROCESS),
  };
  struct sock_fprog program = {.len = sizeof filter / sizeof filter[0], .filter = filter};
  return syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) == 0;
}

#else

int sd_confine_target(const char *path) {
  (void)path;
  return -1;
}

bool sd_confine_files(int writable) {
  (void)writable;
  return false;
}

bool sd_confine_calls(bool may_open) {
  (void)may_open;
  return false;
}

#endif
