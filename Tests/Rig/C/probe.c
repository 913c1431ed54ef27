// A JACK client NAME with the ports `out` and `in`, which knows what it sends and what should come
// back. It runs until SIGTERM and prints one event per line; times are CLOCK_MONOTONIC, in seconds.
//
// probe numbers NAME PORT
//   Sends the number of each frame as a sample: the server's frame time, 24 bits, over 2^24. It
//   connects PORT to its input, expects numbers that count up there, and prints
//     stale NUMBER FRAMES   after NUMBER came FRAMES of silence or of old numbers, and then a new one
//     lost NUMBER FRAMES    the FRAMES after NUMBER never came
//     missed NUMBER FRAMES  the server left this client itself out for FRAMES: those from NUMBER on
//                           were not sent, and what arrived meanwhile was not seen
// probe sine NAME HERTZ
//   Sends a sine, and expects one, a little higher or lower because of clocks that differ. Each line
//   on its input silences it for a quarter of a second. It prints
//     mark TIME             the silence begins
//     break TIME            the sine is interrupted
//     silence TIME FRAMES   a silence of FRAMES has ended, which began at TIME
//     missed TIME FRAMES    as above
#include <jack/jack.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { RANGE = 1 << 24, EVENTS = 1 << 14, SILENT = 100, LONGEST = 1 << 13 };

static jack_client_t *client;
static jack_port_t *out_port, *in_port;
static double rate;

// Events, from the audio thread to the main one.

typedef struct {
  const char *name;
  double at;
  long frames;
} Event;

static Event events[EVENTS];
static atomic_ulong written, printed;
static atomic_int stopping, marks;

static void emit(const char *name, double at, long frames) {
  unsigned long position = atomic_load(&written);
  if (position - atomic_load(&printed) >= EVENTS) return;
  events[position % EVENTS] = (Event){name, at, frames};
  atomic_store(&written, position + 1);
}

// What the server's time says of a cycle.
typedef struct {
  // The server's time of its first frame.
  jack_nframes_t start;
  // Frames by which the server left this client out before it.
  long missed;
  // Whether it came so late that the server may be in the next one.
  int is_late;
} Cycle;

// The server's time is of the server's cycle, which is ahead of this one if this client is late:
// only what lasts means that this client was left out.
static Cycle begin_cycle(jack_nframes_t count) {
  static jack_nframes_t next;
  static long last_ahead;
  static int has_begun;
  jack_nframes_t now = jack_last_frame_time(client);
  if (!has_begun) next = now;
  has_begun = 1;
  long ahead = (int)(now - next);
  Cycle cycle = {.missed = ahead == last_ahead ? ahead : 0, .is_late = ahead != last_ahead};
  last_ahead = ahead - cycle.missed;
  cycle.start = next + (jack_nframes_t)cycle.missed;
  next = cycle.start + count;
  return cycle;
}

// A number's distance after another one.
static long after(long number, long other) {
  long distance = (number - other) & (RANGE - 1);
  return distance < RANGE / 2 ? distance : distance - RANGE;
}

static int number(jack_nframes_t count, void *unused) {
  (void)unused;
  static long last, offset, stale;
  static int has_last, unseen;
  static float heard[LONGEST];
  Cycle cycle = begin_cycle(count);
  jack_nframes_t start = cycle.start;
  if (cycle.missed)
    emit("missed", (double)((start - (jack_nframes_t)cycle.missed) % RANGE), cycle.missed);
  float *out = jack_port_get_buffer(out_port, count);
  for (jack_nframes_t i = 0; i < count; i++) out[i] = (float)((start + i) % RANGE) / RANGE;
  jack_nframes_t before = jack_last_frame_time(client);
  memcpy(heard, jack_port_get_buffer(in_port, count), count * sizeof *heard);
  if (cycle.is_late || before != start || jack_last_frame_time(client) != start) {
    // This may be the next cycle's sound.
    emit("missed", (double)(start % RANGE), count);
    unseen = 1;
    return 0;
  }
  if (cycle.missed) unseen = 1;
  for (jack_nframes_t i = 0; i < count; i++) {
    long value = lrintf(heard[i] * RANGE);
    if (has_last && (value == 0 ? after(0, last) != 1 : after(value, last) <= 0)) {
      stale++;
      continue;
    }
    if (value == 0 && !has_last) continue;
    long now = (long)((start + i) % RANGE);
    if (has_last) {
      // What came while this client was left out was not seen, but what it delayed is.
      long delay = after(after(now, value), offset);
      if (stale < delay) stale = delay;
      if (stale) emit("stale", (double)last, stale);
      long lost = after(value, last) - 1;
      if (lost > 0 && !unseen) emit("lost", (double)last, lost);
    }
    unseen = 0;
    stale = 0;
    has_last = 1;
    last = value;
    offset = after(now, value);
  }
  return 0;
}

static double hertz;

static int sing(jack_nframes_t count, void *unused) {
  (void)unused;
  static double phase, x1, x2;
  static long mute, zeros, hold;
  static double silent_since;
  static int was_heard;
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  double begin = (double)now.tv_sec + now.tv_nsec / 1e9;
  Cycle cycle = begin_cycle(count);
  if (cycle.missed) emit("missed", begin, cycle.missed);
  if (atomic_exchange(&marks, 0)) {
    mute = (long)(rate / 4);
    emit("mark", begin, 0);
  }
  float *out = jack_port_get_buffer(out_port, count);
  const float *in = jack_port_get_buffer(in_port, count);
  double step = 2 * M_PI * hertz / rate;
  for (jack_nframes_t i = 0; i < count; i++) {
    out[i] = mute > 0 ? 0 : (float)(0.5 * sin(phase));
    if (mute > 0) mute--;
    phase = fmod(phase + step, 2 * M_PI);
    double x = in[i];
    double time = begin + i / rate;
    // A pure sine makes this 0; a clock 0.1 % faster makes it 2e-5, and 16 bits 6e-5.
    double residual = fabs(x - 2 * cos(step) * x1 + x2);
    x2 = x1;
    x1 = x;
    if (hold > 0) hold--;
    if (residual > 1e-3 && was_heard) {
      if (hold == 0) emit("break", time, 0);
      hold = (long)(rate / 20);
    }
    if (fabs(x) < 1e-4) {
      if (zeros++ == 0) silent_since = time;
      continue;
    }
    if (zeros >= SILENT && was_heard) emit("silence", silent_since, zeros);
    zeros = 0;
    was_heard = 1;
  }
  return 0;
}

static void stop(int signal) {
  (void)signal;
  atomic_store(&stopping, 1);
}

static void print_events(int has_times) {
  for (; atomic_load(&printed) < atomic_load(&written); atomic_fetch_add(&printed, 1)) {
    Event event = events[atomic_load(&printed) % EVENTS];
    printf("%s %.*f %ld\n", event.name, has_times ? 4 : 0, event.at, event.frames);
  }
  fflush(stdout);
}

int main(int argc, char **argv) {
  int is_sine = argc == 4 && strcmp(argv[1], "sine") == 0;
  if (!is_sine && !(argc == 4 && strcmp(argv[1], "numbers") == 0)) return 2;
  client = jack_client_open(argv[2], JackNoStartServer | JackUseExactName, NULL);
  if (client == NULL) return 1;
  rate = jack_get_sample_rate(client);
  if (is_sine) hertz = atof(argv[3]);
  // Terminal ports are devices for PortAudio.
  out_port = jack_port_register(client, "out", JACK_DEFAULT_AUDIO_TYPE,
                                JackPortIsOutput | JackPortIsTerminal, 0);
  in_port = jack_port_register(client, "in", JACK_DEFAULT_AUDIO_TYPE,
                               JackPortIsInput | JackPortIsTerminal, 0);
  jack_set_process_callback(client, is_sine ? sing : number, NULL);
  signal(SIGTERM, stop);
  signal(SIGINT, SIG_IGN);
  if (jack_get_buffer_size(client) > LONGEST || jack_activate(client) != 0) return 1;
  if (!is_sine && jack_connect(client, argv[3], jack_port_name(in_port)) != 0) return 1;
  puts("ready");
  struct pollfd input = {.fd = 0, .events = POLLIN};
  while (!atomic_load(&stopping)) {
    print_events(is_sine);
    if (!is_sine) {
      usleep(50000);
    } else if (poll(&input, 1, 50) > 0) {
      char line[64];
      if (read(0, line, sizeof line) > 0) atomic_store(&marks, 1);
      else input.fd = -1;
    }
  }
  print_events(is_sine);
  jack_client_close(client);
  return 0;
}
