#ifndef SD_CREALTIME_H
#define SD_CREALTIME_H

#include <stdbool.h>
#include <stdint.h>

// The little C that Swift cannot import or express.

// RealtimeSanitizer. Between enter and exit an allocation, a lock or a blocking call stops the
// program, when built with SD_RTSAN=1 and linked with its runtime; otherwise these do nothing.
void sd_realtime_prepare(void);
void sd_realtime_enter(void);
void sd_realtime_exit(void);
bool sd_realtime_is_checked(void);

// Whether the calling thread is between enter and exit: inside a callback.
bool sd_thread_is_in_callback(void);

// A number that no other living thread has.
uintptr_t sd_thread_identity(void);

// While true, a library that aborts the program on the calling thread parks this thread for good
// instead; an abort on another thread takes its course. One thread of a process at a time.
// With `silent`, what C libraries print to `stderr` meanwhile goes nowhere, where that can be done.
void sd_park_at_abort(bool parks, bool silent);

// Whether a thread was parked.
bool sd_has_parked(void);

// ThreadSanitizer. Tells it that a lock with this address is held from here, or let go after this,
// when built with SD_TSAN=1; otherwise these do nothing.
void sd_thread_acquired(const void *_Nonnull lock);
void sd_thread_releasing(const void *_Nonnull lock);

// A counting semaphore that the audio thread may post: no lock, no allocation.
typedef struct sd_semaphore sd_semaphore;
sd_semaphore *_Nullable sd_semaphore_create(void);
void sd_semaphore_destroy(sd_semaphore *_Nonnull semaphore);
void sd_semaphore_post(sd_semaphore *_Nonnull semaphore);
// False when the time is over, or a signal handler ran, before the semaphore was posted.
bool sd_semaphore_wait(sd_semaphore *_Nonnull semaphore, int64_t nanoseconds);

// Silences (or lets through) what ALSA and JACK print of their own accord. Both libraries come
// with PortAudio, so they are looked up in the running program and may be absent.
void sd_silence_alsa_and_jack(bool silent);

// Whether the JACK server of this environment answers a new client. Blocks as long as it does not.
bool sd_jack_server_answers(void);

// Names the calling thread, for debuggers and process lists.
void sd_name_thread(const char *_Nonnull name);

// Tries to give the calling thread real-time priority; false where that is not allowed.
bool sd_make_thread_realtime(int priority);

// Gives the calling thread the priority that threads have by default.
void sd_make_thread_normal(void);

#endif
