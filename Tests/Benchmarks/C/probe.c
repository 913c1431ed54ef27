// A JACK client that measures what others do with their ports.
//
// probe latency SECONDS INPUT_PORT OUTPUT_PORT
//   Writes each frame's own number as a sample to the port named first and reads what comes back
//   from the second, so that it knows latency, lost, repeated and silent frames one by one. Prints
//   one line: median MIN MAX (frames), breaks, breaks outside server xruns, silent frames, server
//   xruns.
// probe first SECONDS OUTPUT_PORT
//   Prints `ready`, and then the time (CLOCK_MONOTONIC, in seconds) of the first sample that is not
//   silence, or nothing within so many seconds.
#include <jack/jack.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { RANGE = 1 << 20, LONGEST = 1 << 17, QUIET_CYCLES = 4 };

static jack_port_t *out_port, *in_port;
static jack_nframes_t frame;
static long histogram[LONGEST];
static long breaks, quiet_breaks, silent;
static atomic_long xruns;
static long seen_xruns, cycles_since_xrun = QUIET_CYCLES;
static long expected = -1;
static atomic_int measuring;

static int process(jack_nframes_t count, void *unused) {
  (void)unused;
  float *out = jack_port_get_buffer(out_port, count);
  const float *in = jack_port_get_buffer(in_port, count);
  long now_xruns = atomic_load(&xruns);
  cycles_since_xrun = now_xruns != seen_xruns ? 0 : cycles_since_xrun + 1;
  seen_xruns = now_xruns;
  for (jack_nframes_t i = 0; i < count; i++, frame++) {
    out[i] = (float)(frame % (RANGE - 1) + 1) / RANGE;
    if (!atomic_load(&measuring)) continue;
    long value = (long)(in[i] * RANGE);
    if (value == 0) {
      silent++;
    } else {
      long latency = ((long)(frame % (RANGE - 1) + 1) - value + (RANGE - 1)) % (RANGE - 1);
      if (latency < LONGEST) histogram[latency]++;
    }
    if (expected >= 0 && value != expected) {
      breaks++;
      if (cycles_since_xrun >= QUIET_CYCLES) quiet_breaks++;
    }
    expected = value == 0 ? 0 : value % (RANGE - 1) + 1;
  }
  return 0;
}

static atomic_long first_sound;

static int listen(jack_nframes_t count, void *unused) {
  (void)unused;
  const float *in = jack_port_get_buffer(in_port, count);
  if (!atomic_load(&measuring) || atomic_load(&first_sound) != 0) return 0;
  for (jack_nframes_t i = 0; i < count; i++) {
    if (in[i] == 0) continue;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    atomic_store(&first_sound, now.tv_sec * 1000000000L + now.tv_nsec);
    break;
  }
  return 0;
}

static int measure_first(jack_client_t *client, double seconds, const char *port) {
  in_port = jack_port_register(client, "in", JACK_DEFAULT_AUDIO_TYPE, JackPortIsInput, 0);
  jack_set_process_callback(client, listen, NULL);
  if (jack_activate(client) != 0) return 1;
  if (jack_connect(client, port, jack_port_name(in_port)) != 0) return 1;
  usleep(200000);
  atomic_store(&measuring, 1);
  puts("ready");
  fflush(stdout);
  for (double waited = 0; waited < seconds && atomic_load(&first_sound) == 0; waited += 0.01)
    usleep(10000);
  long first = atomic_load(&first_sound);
  if (first != 0) printf("%.6f\n", (double)first / 1e9);
  jack_client_close(client);
  return first != 0 ? 0 : 3;
}

static int on_xrun(void *unused) {
  (void)unused;
  atomic_fetch_add(&xruns, 1);
  return 0;
}

static int measure_latency(jack_client_t *client, double seconds, const char *input,
                           const char *output) {
  out_port = jack_port_register(client, "out", JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput, 0);
  in_port = jack_port_register(client, "in", JACK_DEFAULT_AUDIO_TYPE, JackPortIsInput, 0);
  jack_set_process_callback(client, process, NULL);
  jack_set_xrun_callback(client, on_xrun, NULL);
  if (jack_activate(client) != 0) return 1;
  for (int i = 0; i < 500; i++) {
    if (jack_port_by_name(client, input) && jack_port_by_name(client, output)) break;
    usleep(10000);
  }
  // The ports are there before their streams run; a stream that starts connects its own.
  usleep(500000);
  if (jack_connect(client, jack_port_name(out_port), input) != 0) return 1;
  if (jack_connect(client, output, jack_port_name(in_port)) != 0) return 1;
  sleep(1);
  long first_xruns = atomic_load(&xruns);
  atomic_store(&measuring, 1);
  usleep((useconds_t)(seconds * 1e6));
  atomic_store(&measuring, 0);
  usleep(50000);
  long total = 0, half = 0, median = 0, low = -1, high = 0;
  for (long i = 0; i < LONGEST; i++) total += histogram[i];
  for (long i = 0; i < LONGEST; i++) {
    if (histogram[i] == 0) continue;
    if (low < 0) low = i;
    high = i;
    half += histogram[i];
    if (half * 2 >= total && (half - histogram[i]) * 2 < total) median = i;
  }
  printf("%ld %ld %ld %ld %ld %ld %ld\n", median, low, high, breaks, quiet_breaks, silent,
         atomic_load(&xruns) - first_xruns);
  jack_client_close(client);
  return total > 0 ? 0 : 3;
}

int main(int argc, char **argv) {
  int isLatency = argc == 5 && strcmp(argv[1], "latency") == 0;
  if (!isLatency && !(argc == 4 && strcmp(argv[1], "first") == 0)) return 2;
  jack_client_t *client = jack_client_open("sd-probe", JackNoStartServer, NULL);
  if (client == NULL) return 1;
  return isLatency ? measure_latency(client, atof(argv[2]), argv[3], argv[4])
                   : measure_first(client, atof(argv[2]), argv[3]);
}
