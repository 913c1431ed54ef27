#define _GNU_SOURCE
#include "CRealtime.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#if defined(__APPLE__)
#include <dispatch/dispatch.h>
#else
#include <semaphore.h>
#endif

static _Thread_local bool in_callback;

#if defined(SD_RTSAN) && SD_RTSAN
void __rtsan_ensure_initialized(void);
void __rtsan_realtime_enter(void);
void __rtsan_realtime_exit(void);
void sd_realtime_prepare(void) { __rtsan_ensure_initialized(); }
void sd_realtime_enter(void) {
  in_callback = true;
  __rtsan_realtime_enter();
}
void sd_realtime_exit(void) {
  __rtsan_realtime_exit();
  in_callback = false;
}
bool sd_realtime_is_checked(void) { return true; }
#else
void sd_realtime_prepare(void) {}
void sd_realtime_enter(void) { in_callback = true; }
void sd_realtime_exit(void) { in_callback = false; }
bool sd_realtime_is_checked(void) { return false; }
#endif

bool sd_thread_is_in_callback(void) { return in_callback; }

uintptr_t sd_thread_identity(void) { return (uintptr_t)&in_callback; }

#if defined(SD_TSAN) && SD_TSAN
void __tsan_acquire(void *);
void __tsan_release(void *);
void sd_thread_acquired(const void *lock) { __tsan_acquire((void *)lock); }
void sd_thread_releasing(const void *lock) { __tsan_release((void *)lock); }
#else
void sd_thread_acquired(const void *lock) { (void)lock; }
void sd_thread_releasing(const void *lock) { (void)lock; }
#endif

#if defined(__APPLE__)

struct sd_semaphore {
  dispatch_semaphore_t handle;
};

sd_semaphore *sd_semaphore_create(void) {
  sd_semaphore *semaphore = malloc(sizeof *semaphore);
  if (semaphore == NULL) return NULL;
  semaphore->handle = dispatch_semaphore_create(0);
  return semaphore;
}

void sd_semaphore_destroy(sd_semaphore *semaphore) {
  dispatch_release(semaphore->handle);
  free(semaphore);
}

void sd_semaphore_post(sd_semaphore *semaphore) { dispatch_semaphore_signal(semaphore->handle); }

bool sd_semaphore_wait(sd_semaphore *semaphore, int64_t nanoseconds) {
  return dispatch_semaphore_wait(semaphore->handle,
                                 dispatch_time(DISPATCH_TIME_NOW, nanoseconds)) == 0;
}

#else

struct sd_semaphore {
  sem_t handle;
};

sd_semaphore *sd_semaphore_create(void) {
  sd_semaphore *semaphore = malloc(sizeof *semaphore);
  if (semaphore == NULL) return NULL;
  if (sem_init(&semaphore->handle, 0, 0) != 0) {
    free(semaphore);
    return NULL;
  }
  return semaphore;
}

void sd_semaphore_destroy(sd_semaphore *semaphore) {
  sem_destroy(&semaphore->handle);
  free(semaphore);
}

void sd_semaphore_post(sd_semaphore *semaphore) { sem_post(&semaphore->handle); }

bool sd_semaphore_wait(sd_semaphore *semaphore, int64_t nanoseconds) {
  struct timespec deadline;
  clock_gettime(CLOCK_MONOTONIC, &deadline);
  int64_t until = deadline.tv_nsec + nanoseconds;
  deadline.tv_sec += until / 1000000000;
  deadline.tv_nsec = until % 1000000000;
  return sem_clockwait(&semaphore->handle, CLOCK_MONOTONIC, &deadline) == 0;
}

#endif

static void ignore_alsa(const char *file, int line, const char *function, int code,
                        const char *format, ...) {
  (void)file, (void)line, (void)function, (void)code, (void)format;
}

static void ignore_jack(const char *text) { (void)text; }

void sd_silence_alsa_and_jack(bool silent) {
  typedef void alsa_handler(const char *, int, const char *, int, const char *, ...);
  int (*alsa)(alsa_handler *) =
      (int (*)(alsa_handler *))dlsym(RTLD_DEFAULT, "snd_lib_error_set_handler");
  if (alsa != NULL) alsa(silent ? ignore_alsa : NULL);

  static const char *const setters[] = {"jack_set_error_function", "jack_set_info_function"};
  for (int i = 0; i < 2; i++) {
    void (*jack)(void (*)(const char *)) =
        (void (*)(void (*)(const char *)))dlsym(RTLD_DEFAULT, setters[i]);
    if (jack != NULL) jack(silent ? ignore_jack : NULL);
  }
}

bool sd_jack_server_answers(void) {
  typedef void *open_client(const char *, int, int *, ...);
  typedef int close_client(void *);
  open_client *open = (open_client *)dlsym(RTLD_DEFAULT, "jack_client_open");
  close_client *close = (close_client *)dlsym(RTLD_DEFAULT, "jack_client_close");
  if (open == NULL || close == NULL) return false;
  const int no_start_server = 1;
  int status = 0;
  void *client = open("sd-question", no_start_server, &status);
  if (client == NULL) return false;
  close(client);
  return true;
}

static _Thread_local volatile sig_atomic_t parks_at_abort;
static struct sigaction former_abort_action;
static atomic_bool is_parked;

static void at_abort(int signal) {
  if (parks_at_abort) {
    atomic_store(&is_parked, true);
    for (;;) pause();
  }
  sigaction(signal, &former_abort_action, NULL);
  raise(signal);
}

// A stream that discards its output. A library that has parked a thread prints only about its own
// internals.
static FILE *silence(void) {
  static FILE *file;
  if (file == NULL) file = fopen("/dev/null", "we");
  return file;
}

static void silence_errors(bool silent) {
#if defined(__GLIBC__)
  // The previous stderr, which the libraries' assertions and messages use.
  static FILE *former;
  if (silent && former == NULL && silence() != NULL) {
    former = stderr;
    stderr = silence();
  } else if (!silent && former != NULL) {
    stderr = former;
    former = NULL;
  }
#else
  (void)silent, (void)silence;
#endif
}

void sd_park_at_abort(bool parks, bool silent) {
  silence_errors(parks && silent);
  if (parks) {
    struct sigaction action = {.sa_handler = at_abort, .sa_flags = SA_NODEFER};
    parks_at_abort = 1;
    sigaction(SIGABRT, &action, &former_abort_action);
  } else {
    sigaction(SIGABRT, &former_abort_action, NULL);
    parks_at_abort = 0;
  }
}

bool sd_has_parked(void) { return atomic_load(&is_parked); }

void sd_name_thread(const char *name) {
#if defined(__APPLE__)
  pthread_setname_np(name);
#else
  pthread_setname_np(pthread_self(), name);
#endif
}

bool sd_make_thread_realtime(int priority) {
  struct sched_param parameters = {.sched_priority = priority};
  return pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters) == 0;
}

void sd_make_thread_normal(void) {
  struct sched_param parameters = {.sched_priority = 0};
  pthread_setschedparam(pthread_self(), SCHED_OTHER, &parameters);
}
