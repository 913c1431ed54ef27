// The least that PortAudio costs: what our programs are measured against.
//
// floor init                 start PortAudio, list the devices, end it
// floor play DEVICE FILE [LATENCY]
//                            play raw f32 stereo at 48 kHz from memory, to its end
// floor wire DEVICE SECONDS  input to output in the callback
// floor rec DEVICE           record f32 stereo to stdout: callback, semaphore, write
// floor pipe DEVICE          play f32 stereo from stdin: read, ring, callback, no prebuffer
// floor callback empty|wire|map|sine DEVICE SECONDS BLOCK CHANNELS STREAMS
//                            a callback on so many duplex streams, which run SECONDS: silence, the
//                            input, its channels in reverse, or a sine on every channel; prints the
//                            nanoseconds of CPU that the audio thread takes for a period: one
//                            callback of each stream and the host's work. It is the median, for a
//                            machine that holds a processor up, or wakes it late, makes some dear
#include <fcntl.h>
#include <math.h>
#include <portaudio.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { CHANNELS = 2, RATE = 48000, RING = 1 << 16 };

static int emptied = CHANNELS;
static double leastLatency = 0;

static float ring[RING * CHANNELS];
static atomic_ulong written, taken;
static sem_t arrived;
static const float *sound;
static size_t length, position;
static long marks[1 << 18];
static atomic_long mark_count;

static int player(const void *in, void *out, unsigned long count, const PaStreamCallbackTimeInfo *t,
                  PaStreamCallbackFlags flags, void *data) {
  (void)in, (void)t, (void)flags, (void)data;
  size_t left = length - position, n = left < count ? left : count;
  memcpy(out, sound + position * CHANNELS, n * CHANNELS * sizeof(float));
  memset((float *)out + n * CHANNELS, 0, (count - n) * CHANNELS * sizeof(float));
  position += n;
  return position == length ? paComplete : paContinue;
}

static int wire(const void *in, void *out, unsigned long count, const PaStreamCallbackTimeInfo *t,
                PaStreamCallbackFlags flags, void *data) {
  (void)t, (void)flags, (void)data;
  memcpy(out, in, count * CHANNELS * sizeof(float));
  return paContinue;
}

static int recorder(const void *in, void *out, unsigned long count,
                    const PaStreamCallbackTimeInfo *t, PaStreamCallbackFlags flags, void *data) {
  (void)out, (void)t, (void)flags, (void)data;
  unsigned long at = atomic_load(&written);
  for (unsigned long i = 0; i < count; i++)
    memcpy(&ring[(at + i) % RING * CHANNELS], (const float *)in + i * CHANNELS,
           CHANNELS * sizeof(float));
  atomic_store(&written, at + count);
  sem_post(&arrived);
  return paContinue;
}

static int piped(const void *in, void *out, unsigned long count, const PaStreamCallbackTimeInfo *t,
                 PaStreamCallbackFlags flags, void *data) {
  (void)in, (void)t, (void)flags, (void)data;
  unsigned long at = atomic_load(&taken), there = atomic_load(&written) - at;
  unsigned long n = there < count ? there : count;
  for (unsigned long i = 0; i < n; i++)
    memcpy((float *)out + i * CHANNELS, &ring[(at + i) % RING * CHANNELS],
           CHANNELS * sizeof(float));
  memset((float *)out + n * CHANNELS, 0, (count - n) * CHANNELS * sizeof(float));
  atomic_store(&taken, at + n);
  return paContinue;
}

static void mark(const void *data) {
  long at = atomic_load(&mark_count);
  if (data != NULL && at < (long)(sizeof marks / sizeof *marks)) {
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    marks[at] = now.tv_sec * 1000000000L + now.tv_nsec;
    atomic_store(&mark_count, at + 1);
  }
}

static int empty(const void *in, void *out, unsigned long count, const PaStreamCallbackTimeInfo *t,
                 PaStreamCallbackFlags flags, void *data) {
  (void)in, (void)t, (void)flags;
  memset(out, 0, count * (unsigned long)emptied * sizeof(float));
  mark(data);
  return paContinue;
}

static int copied(const void *in, void *out, unsigned long count,
                  const PaStreamCallbackTimeInfo *t, PaStreamCallbackFlags flags, void *data) {
  (void)t, (void)flags;
  memcpy(out, in, count * (unsigned long)emptied * sizeof(float));
  mark(data);
  return paContinue;
}

static int reversed(const void *in, void *out, unsigned long count,
                    const PaStreamCallbackTimeInfo *t, PaStreamCallbackFlags flags, void *data) {
  (void)t, (void)flags;
  for (unsigned long i = 0; i < count; i++)
    for (int channel = 0; channel < emptied; channel++)
      ((float *)out)[(i + 1) * (unsigned long)emptied - (unsigned long)channel - 1] =
          ((const float *)in)[i * (unsigned long)emptied + (unsigned long)channel];
  mark(data);
  return paContinue;
}

static int sine(const void *in, void *out, unsigned long count, const PaStreamCallbackTimeInfo *t,
                PaStreamCallbackFlags flags, void *data) {
  static float phase;
  (void)in, (void)t, (void)flags;
  float *samples = out;
  for (unsigned long i = 0; i < count; i++) {
    float sample = 0.2f * sinf(phase);
    for (int channel = 0; channel < emptied; channel++)
      samples[i * (unsigned long)emptied + (unsigned long)channel] = sample;
    phase += 0.0575958653f;
    if (phase > 6.2831853f) phase -= 6.2831853f;
  }
  mark(data);
  return paContinue;
}

static int ascending(const void *a, const void *b) {
  long left = *(const long *)a, right = *(const long *)b;
  return (left > right) - (left < right);
}

// The median of the times between the marks, without those of the beginning.
static long typical(void) {
  long count = atomic_load(&mark_count) - 1, skipped = count / 10;
  if (count < 2) return 0;
  for (long i = 0; i < count; i++) marks[i] = marks[i + 1] - marks[i];
  qsort(marks + skipped, (size_t)(count - skipped), sizeof *marks, ascending);
  return marks[skipped + (count - skipped) / 2];
}

static PaDeviceIndex find(const char *name) {
  for (PaDeviceIndex i = 0; i < Pa_GetDeviceCount(); i++)
    if (strcmp(Pa_GetDeviceInfo(i)->name, name) == 0) return i;
  fprintf(stderr, "floor: no device %s\n", name);
  exit(1);
}

static void check(PaError error) {
  if (error >= 0) return;
  fprintf(stderr, "floor: %s\n", Pa_GetErrorText(error));
  exit(1);
}

static PaStream *run(const char *name, int input, int output, unsigned long block,
                     PaStreamCallback *callback, void *data, int isLow, int channels) {
  PaDeviceIndex device = find(name);
  const PaDeviceInfo *info = Pa_GetDeviceInfo(device);
  PaStreamParameters in = {device, channels, paFloat32,
                           isLow ? info->defaultLowInputLatency : info->defaultHighInputLatency, 0};
  PaStreamParameters out = {
      device, channels, paFloat32,
      isLow ? info->defaultLowOutputLatency : info->defaultHighOutputLatency, 0};
  if (out.suggestedLatency < leastLatency) out.suggestedLatency = leastLatency;
  PaStream *stream;
  check(Pa_OpenStream(&stream, input ? &in : NULL, output ? &out : NULL, RATE, block,
                      paClipOff | paDitherOff, callback, data));
  check(Pa_StartStream(stream));
  return stream;
}

int main(int argc, char **argv) {
  const char *mode = argc > 1 ? argv[1] : "";
  sem_init(&arrived, 0, 0);
  check(Pa_Initialize());
  if (strcmp(mode, "init") == 0) {
    for (PaDeviceIndex i = 0; i < Pa_GetDeviceCount(); i++)
      printf("%d %s, %s\n", i, Pa_GetDeviceInfo(i)->name,
             Pa_GetHostApiInfo(Pa_GetDeviceInfo(i)->hostApi)->name);
  } else if (strcmp(mode, "play") == 0 && (argc == 4 || argc == 5)) {
    if (argc == 5) leastLatency = atof(argv[4]);
    int file = open(argv[3], O_RDONLY);
    struct stat status;
    if (file < 0 || fstat(file, &status) != 0) return 1;
    float *bytes = malloc((size_t)status.st_size);
    for (ssize_t n = 0, got; (got = read(file, (char *)bytes + n, (size_t)(status.st_size - n))) > 0;)
      n += got;
    sound = bytes;
    length = (size_t)status.st_size / (CHANNELS * sizeof(float));
    PaStream *stream = run(argv[2], 0, 1, 0, player, NULL, 0, CHANNELS);
    while (Pa_IsStreamActive(stream) == 1) usleep(20000);
    check(Pa_CloseStream(stream));
  } else if (strcmp(mode, "wire") == 0 && argc == 4) {
    PaStream *stream = run(argv[2], 1, 1, 0, wire, NULL, 1, CHANNELS);
    usleep((useconds_t)(atof(argv[3]) * 1e6));
    check(Pa_StopStream(stream));
    check(Pa_CloseStream(stream));
  } else if (strcmp(mode, "rec") == 0 && argc == 3) {
    run(argv[2], 1, 0, 0, recorder, NULL, 1, CHANNELS);
    while (1) {
      sem_wait(&arrived);
      unsigned long at = atomic_load(&taken), to = atomic_load(&written);
      while (at < to) {
        unsigned long n = to - at, edge = RING - at % RING;
        if (n > edge) n = edge;
        ssize_t put = write(1, &ring[at % RING * CHANNELS], n * CHANNELS * sizeof(float));
        if (put < 0) return 0;
        at += (unsigned long)put / (CHANNELS * sizeof(float));
      }
      atomic_store(&taken, at);
    }
  } else if (strcmp(mode, "pipe") == 0 && argc == 3) {
    run(argv[2], 0, 1, 0, piped, NULL, 1, CHANNELS);
    static char block[1 << 16];
    size_t kept = 0;
    ssize_t got;
    while ((got = read(0, block + kept, sizeof block - kept)) > 0) {
      size_t bytes = kept + (size_t)got, width = CHANNELS * sizeof(float);
      unsigned long at = atomic_load(&written), n = bytes / width;
      for (unsigned long i = 0; i < n; i++)
        memcpy(&ring[(at + i) % RING * CHANNELS], block + i * width, width);
      atomic_store(&written, at + n);
      kept = bytes % width;
      memmove(block, block + n * width, kept);
    }
  } else if (strcmp(mode, "callback") == 0 && argc == 8) {
    const char *kind = argv[2];
    argv++;
    PaStreamCallback *body = strcmp(kind, "wire") == 0   ? copied
                             : strcmp(kind, "map") == 0  ? reversed
                             : strcmp(kind, "sine") == 0 ? sine
                                                         : empty;
    emptied = atoi(argv[5]);
    int stream_count = atoi(argv[6]);
    PaStream **streams = calloc((size_t)stream_count, sizeof *streams);
    for (int i = 0; i < stream_count; i++)
      streams[i] = run(argv[2], 1, 1, strtoul(argv[4], NULL, 10), body,
                       i == stream_count - 1 ? marks : NULL, 1, emptied);
    usleep((useconds_t)(atof(argv[3]) * 1e6));
    for (int i = stream_count - 1; i >= 0; i--) {
      check(Pa_StopStream(streams[i]));
      check(Pa_CloseStream(streams[i]));
    }
    printf("%ld\n", typical());
  } else {
    fprintf(stderr, "floor: see the top of its source\n");
    return 2;
  }
  check(Pa_Terminate());
  return 0;
}
