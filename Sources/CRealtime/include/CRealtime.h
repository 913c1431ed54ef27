#ifndef SD_CREALTIME_H
#define SD_CREALTIME_H

#include <stdbool.h>
#include <stdint.h>

// The few C functions that Swift cannot import or express.

// RealtimeSanitizer. Between enter and exit, an allocation, a lock or a blocking call stops the
// program if it was built with SD_RTSAN=1 and linked with the runtime; otherwise these do nothing.
void sd_realtime_prepare(void);
void sd_realtime_enter(void);
void sd_realtime_exit(void);
bool sd_realtime_is_checked(void);

// Whether the calling thread is between enter and exit, that is, inside a callback.
bool sd_thread_is_in_callback(void);

// A number unique among living threads.
uintptr_t sd_thread_identity(void);

// While true, a library that aborts the program on the calling thread parks that thread forever
// instead; an abort on any other thread takes effect. One thread of a process at a time. With
// `silent`, output of C libraries to `stderr` is discarded meanwhile, if possible.
void sd_park_at_abort(bool parks, bool silent);

// Whether a thread was parked.
bool sd_has_parked(void);

// ThreadSanitizer. Reports to it that the lock at this address has been acquired, or is about to be
// released, if built with SD_TSAN=1; otherwise these do nothing.
void sd_thread_acquired(const void *_Nonnull lock);
void sd_thread_releasing(const void *_Nonnull lock);

// A counting semaphore that the audio thread may post: no lock, no allocation.
typedef struct sd_semaphore sd_semaphore;
sd_semaphore *_Nullable sd_semaphore_create(void);
void sd_semaphore_destroy(sd_semaphore *_Nonnull semaphore);
void sd_semaphore_post(sd_semaphore *_Nonnull semaphore);
// Waits for a post; false if the time is over, or a signal handler runs, first.
bool sd_semaphore_wait(sd_semaphore *_Nonnull semaphore, int64_t nanoseconds);

// Silences the messages of ALSA and JACK, or lets them through. Both libraries come with PortAudio,
// so they are looked up in the running program and may be absent.
void sd_silence_alsa_and_jack(bool silent);

// Whether this environment's JACK server answers a new client. Blocks until it does.
bool sd_jack_server_answers(void);

// Names the calling thread, for debuggers and process lists.
void sd_name_thread(const char *_Nonnull name);

// Tries to give the calling thread real-time priority; false if that is not permitted.
bool sd_make_thread_realtime(int priority);

// Gives the calling thread the default priority.
void sd_make_thread_normal(void);

#endif
