#include <portaudio.h>

#if defined(__linux__)
#include <pa_jack.h>
#include <pa_linux_alsa.h>
#elif defined(__APPLE__)
#include <pa_mac_core.h>
#endif
