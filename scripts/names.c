// The five device programs are installed as one file that acts on the name it is called by, so that
// they share one copy of the Swift runtime. SwiftPM names each program's main after its module.

#include <stdio.h>
#include <string.h>

int sd_list_main(int, char **);
int sd_play_main(int, char **);
int sd_playrec_main(int, char **);
int sd_rec_main(int, char **);
int sd_wire_main(int, char **);

int main(int count, char **arguments) {
  static const struct {
    const char *name;
    int (*main)(int, char **);
  } programs[] = {
      {"sd-list", sd_list_main}, {"sd-play", sd_play_main}, {"sd-playrec", sd_playrec_main},
      {"sd-rec", sd_rec_main},   {"sd-wire", sd_wire_main},
  };
  const char *path = count > 0 ? arguments[0] : "";
  const char *slash = strrchr(path, '/');
  const char *name = slash ? slash + 1 : path;
  for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
    if (strcmp(name, programs[i].name) == 0) return programs[i].main(count, arguments);
  fprintf(stderr, "%s: call it sd-list, sd-play, sd-playrec, sd-rec or sd-wire\n", name);
  return 2;
}
