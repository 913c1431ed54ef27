#!/usr/bin/env python3
"""Measures the sd tools beside their peers and beside the least that C needs, in one run.

bench.py BIN BUILT FLOOR PYTHON [--quick] [--only WORK ...] [--markdown FILE]

Runs of all contenders are interleaved (A B C A B C ...). Printed are the median, the lowest and the
highest, and the same of ours divided by the others' runs of the same turn. Absolute figures are of
this machine, at this moment; the ratios are what to compare. A run says where it disagrees with the
one before it.
"""
import argparse
import contextlib
import os
import platform
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "Rig"))
import clocks  # noqa: E402
import rig  # noqa: E402
from measuring import ME, Growth, Table, run  # noqa: E402

RATE = 48000


def differences(ours, theirs):
    return [a - b for a, b in zip(ours, theirs)]


class Bench:
    def __init__(self, options, folder):
        self.bin, self.built = options.bin, options.built
        self.floor, self.python = options.floor, options.python
        self.quick, self.folder = options.quick, folder
        self.seconds, self.clocks_page = options.seconds, options.clocks_page
        self.clean = rig.clean_environment()
        self.table, self.growths, self.notes, self.conversions = Table(), [], [], ""
        self.prepared = False
        self.start_measuring = [f"{self.floor}-start", self.file("memory")]

    # Measuring

    def times(self, most):
        return 3 if self.quick else most

    def compare(self, work, contenders, count=7, what=("wall",), environment=None, reach=None):
        """contenders: {name: program or shell line}, each run `count` times in turn; reach: as in
        Table.add, for the first of `what`. Returns the runs of each."""
        runs = {name: [] for name in contenders}
        start = self.start_measuring if "memory" in what else None
        for _ in range(self.times(count)):
            for name, command in contenders.items():
                runs[name].append(run(command, environment or self.clean, start))
        for quantity in what:
            unit, scale = {"wall": ("ms", 1000), "cpu": ("CPU ms", 1000),
                           "memory": ("MiB", 1)}[quantity]
            self.table.add(work, unit, {
                name: [getattr(r, quantity) * scale for r in those] for name, those in runs.items()
            }, reach if quantity == what[0] else None)
        return runs

    def file(self, name):
        return os.path.join(self.folder, name)

    def tool(self, words):
        return f"{self.bin}/{words}".split()

    def c(self, words):
        return f"{self.floor} {words}".split()

    @contextlib.contextmanager
    def load(self):
        """Every core computes."""
        busy = [subprocess.Popen(["sh", "-c", "while :; do :; done"])
                for _ in range(os.cpu_count() or 1)]
        try:
            yield
        finally:
            for process in busy:
                process.kill()
                process.wait()

    def prepare(self):
        """The sounds: 20 seconds at 48 kHz, half an hour at 44.1 kHz."""
        if self.prepared:
            return
        self.prepared = True
        minutes = 2 if self.quick else 30
        for name, rate, seconds in (("short", RATE, 20), ("long", 44100, minutes * 60)):
            subprocess.run(["sox", "-q", "-R", "-n", "-r", str(rate), "-c", "2", "-b", "16",
                            self.file(name + ".wav"), "synth", str(seconds), "pinknoise", "gain",
                            "-3"], check=True)
        subprocess.run(["sox", "-q", self.file("short.wav"), "-t", "f32", self.file("short.f32")],
                       check=True)
        subprocess.run(["flac", "-s", "-f", "-o", self.file("long.flac"), self.file("long.wav")],
                       check=True)
        subprocess.run(["sox", "-q", self.file("long.wav"), "-t", "s16", self.file("long.s16")],
                       check=True)
        # What is still to be written to the disk would be so while the first runs are measured.
        os.sync()

    # The works

    def start(self):
        listing = {ME: self.tool("sd-list"), "C init": self.c("init"),
                   "python": [self.python, "-m", "sounddevice"]}
        reach = {"C init": 1.1, "python": 0.5}
        with rig.jack(self.folder) as server:
            self.compare("list the devices, JACK up", listing, 15, ("wall", "cpu"),
                         server.environment, reach)
        self.compare("list the devices, no server", listing, 15, ("wall", "cpu"), reach=reach)
        for work, words in (("--help", "sd-play --help"), ("--version", "sd-rec --version"),
                            ("usage error", "sd-wire --nonsense")):
            self.compare(work, {ME: self.tool(words), "true": ["true"]}, 25, reach={ME: 10})
        hello = "static Swift hello"
        self.compare("sd-cat --help", {
            ME: self.tool("sd-cat --help"), hello: [f"{self.floor}-hello"]}, 25,
            reach={hello: 1.5})

    def play(self):
        self.prepare()
        short, samples = self.file("short.wav"), self.file("short.f32")
        with rig.jack(self.folder) as server:
            alsa = self.file("jack.conf")
            with open(alsa, "w") as file:
                file.write(
                    "</usr/share/alsa/alsa.conf>\n"
                    "pcm.jackdev { type jack playback_ports { 0 system:playback_1 "
                    "1 system:playback_2 } }\npcm.tojack { type plug slave.pcm jackdev }\n")
            script = ("import sounddevice as s, wave, numpy as n; "
                      f"w=wave.open('{short}'); s.default.device='system'; "
                      "s.play(n.frombuffer(w.readframes(10**9), n.int16).reshape(-1,2), 48000, "
                      "blocking=True)")
            runs = self.compare("play 20 s on JACK", {
                ME: self.tool(f"sd-play -D system {short}"),
                "C callback": self.c(f"play system {samples}"),
                "aplay": f"ALSA_CONFIG_PATH={alsa} exec aplay -q -D tojack {short}",
                "python": [self.python, "-c", script],
            }, 5, ("cpu", "memory"), server.environment,
                {"C callback": 1.25, "aplay": 0.6, "python": 0.4})
            # The floor holds the whole sound in memory, which is none of its needs.
            least = (statistics.median(r.memory for r in runs["C callback"])
                     - os.path.getsize(samples) / 2 ** 20)
            self.table.add("play: memory beyond C's", "MiB",
                           {ME: [r.memory - least for r in runs[ME]]}, {ME: 20})
        with rig.pulse(self.folder) as server:
            runs = self.compare("play 20 s on Pulse", {
                ME: self.tool(f"sd-play -L high -D pulse {short}"),
                "C callback": self.c(f"play pulse {samples} 0.2"),
                "aplay": f"aplay -q -D pulse {short}".split(), "C init": self.c("init"),
            }, 5, ("cpu",), server.environment, {"C callback": 1.25})
            both = "aplay + C init"
            self.table.add("play 20 s on Pulse", "CPU ms", {
                ME: [r.cpu * 1000 for r in runs[ME]],
                both: [(a.cpu + b.cpu) * 1000 for a, b in zip(runs["aplay"], runs["C init"])],
            }, {both: 1})

    def desktop(self):
        """Playing through a sound server in steady state, and its start."""
        self.prepare()
        short, samples = self.file("short.wav"), self.file("short.f32")
        subprocess.run(["sox", "-q", short, self.file("start.wav"), "trim", "0", "2"], check=True)
        subprocess.run(["sox", "-q", self.file("start.wav"), "-t", "f32", self.file("start.f32")],
                       check=True)

        def players(device, peers):
            sox = f"AUDIODEV={device} exec sox -q {{file}}.wav -t alsa"
            return {ME: f"{self.bin}/sd-play -q -D {device} {{file}}.wav",
                    "C callback": f"{self.floor} play {device} {{file}}.f32 0.2",
                    "aplay": f"aplay -q -D {device} {{file}}.wav", "sox": sox,
                    "python": f"{self.python} -c \"import sounddevice as s, wave, numpy as n; "
                              f"w=wave.open('{{file}}.wav'); s.default.device='{device}, ALSA'; "
                              "s.play(n.frombuffer(w.readframes(10**9), n.int16).reshape(-1,2), "
                              "48000, blocking=True)\"", **peers}

        for name, start, device, peers in (
            ("PipeWire", rig.pipewire, "pipewire", {"pw-play": "pw-play {file}.wav"}),
            ("Pulse", rig.pulse, "pulse", {"paplay": "paplay {file}.wav"}),
        ):
            contenders = players(device, peers)
            with start(self.folder) as server:
                figures = {who: ([], []) for who in contenders}
                for _ in range(self.times(5)):
                    for who, line in contenders.items():
                        begin, whole = (run(line.format(file=self.file(file)), server.environment)
                                        for file in ("start", "short"))
                        figures[who][0].append(begin.cpu * 1000)
                        figures[who][1].append((whole.cpu - begin.cpu) * 1000)
            reach = {"aplay": 2, **({"pw-play": 1.5} if name == "PipeWire" else {})}
            # Eighteen of twenty seconds: a whole sound less its start, which is a row of its own.
            self.table.add(f"play on {name}", "CPU ms", {w: f[1] for w, f in figures.items()},
                           reach)
            if name == "PipeWire":
                self.table.add("start on PipeWire", "CPU ms",
                               {w: f[0] for w, f in figures.items()})

    def first(self):
        """From the exec to the first sample on JACK."""
        self.prepare()
        contenders = {ME: self.tool(f"sd-play -q -D loopback {self.file('short.wav')}"),
                      "C callback": self.c(f"play loopback {self.file('short.f32')}")}
        figures = {name: [] for name in contenders}
        with rig.jack(self.folder) as server:
            for _ in range(self.times(11)):
                for name, command in contenders.items():
                    figures[name].append(self.first_sound(command, server.environment) * 1000)
        self.table.add("exec to the first sample", "ms", figures)
        self.table.add("exec to the first sample, beyond C's", "ms",
                       {ME: differences(figures[ME], figures["C callback"])}, {ME: 5})

    def first_sound(self, command, environment):
        with subprocess.Popen([f"{self.floor}-probe", "first", "10", "loopback:capture_1"],
                              env=environment, stdout=subprocess.PIPE, text=True) as probe:
            if probe.stdout.readline().strip() != "ready":
                raise RuntimeError("the probe did not get ready")
            begin = time.monotonic()
            with subprocess.Popen(command, env=environment,
                                  stderr=subprocess.DEVNULL) as player:
                answer = probe.stdout.readline()
                player.kill()
        if not answer:
            raise RuntimeError(f"{command}: nothing was heard")
        return float(answer) - begin

    def pipe(self):
        """What a pipe from a recorder to a player adds, beside the same pipe in C."""
        c = "C pipe"
        for busy in (False, True):
            for period in (256, 64):
                work = f"rec | play, {period} frames" + (", full load" if busy else "")
                latency, breaks = {ME: [], c: []}, {ME: [], c: []}
                with rig.jack(self.folder, period) as server:
                    with self.load() if busy else contextlib.nullcontext():
                        for _ in range(self.times(5)):
                            for name, rec, play, ports in (
                                (ME, self.tool("sd-rec -q -L low -D system"),
                                 self.tool("sd-play -q -L low -r 48000 -c 2 -D system"),
                                 ("sd-rec:in_0", "sd-play:out_0")),
                                (c, self.c("rec system"), self.c("pipe system"),
                                 ("PortAudio:in_0", "PortAudio:out_0")),
                            ):
                                measured = self.through([play, rec], ports, server)
                                latency[name].append(measured[0] / period)
                                breaks[name].append(measured[4])
                # The graph's own way from the probe and back is a period.
                self.table.add(work, "periods", latency, {ME: 3})
                self.table.add(work + ": breaks", "breaks", breaks,
                               {ME: statistics.median(breaks[c])}, divide=False)

    def wire(self):
        c = "C wire"
        figures = {ME: [], c: []}
        with rig.jack(self.folder) as server:
            for _ in range(self.times(5)):
                for name, command, ports in (
                    (ME, self.tool("sd-wire -q -D system"), ("sd-wire:in_0", "sd-wire:out_0")),
                    (c, self.c("wire system 60"), ("PortAudio:in_0", "PortAudio:out_0")),
                ):
                    figures[name].append(self.through([command], ports, server)[0] / 256)
            self.table.add("wire", "periods", figures, {c: 1})
            self.compare("wire 20 s", {
                ME: self.tool("sd-wire -q -D system -d 20"), c: self.c("wire system 20"),
            }, 5, ("cpu",), server.environment, {c: 1.1})

    def through(self, commands, ports, server):
        """What the probe measures between two ports of a wire, or of a player and a recorder that a
        pipe joins: the numbers that it prints. A pair that the server does not take is tried again,
        and noted."""
        for _ in range(2):
            try:
                return self.probed(commands, ports, server)
            except RuntimeError as error:
                print(error, flush=True)
                self.notes.append(f"Tried again: {error}")
        return self.probed(commands, ports, server)

    def probed(self, commands, ports, server):
        seconds = 3 if self.quick else 6
        children = []
        try:
            if len(commands) == 1:
                children.append(self.start_child(commands[0], server))
            else:
                reading, writing = os.pipe()
                children.append(self.start_child(commands[0], server, stdin=reading))
                children.append(self.start_child(commands[1], server, stdout=writing))
                os.close(reading)
                os.close(writing)
            patience = time.monotonic() + 30
            while not all(found := [self.port(port, server) for port in ports]):
                if time.monotonic() > patience or any(c.poll() is not None for c in children):
                    raise RuntimeError(f"{' | '.join(map(' '.join, reversed(commands)))} has no "
                                       f"ports {' and '.join(ports)}")
                time.sleep(0.05)
            time.sleep(0.5)
            answer = subprocess.run(
                [f"{self.floor}-probe", "latency", str(seconds), *found], env=server.environment,
                capture_output=True, text=True, timeout=seconds + 30, check=True)
            return [float(word) for word in answer.stdout.split()]
        finally:
            # The recorder first: its player then comes to an end.
            for child in reversed(children):
                child.kill()
                child.wait()
            time.sleep(0.3)

    def start_child(self, command, server, **streams):
        streams.setdefault("stdin", subprocess.DEVNULL)
        return subprocess.Popen(command, env=server.environment,
                                stderr=subprocess.DEVNULL, **streams)

    def port(self, wanted, server):
        """The port as JACK calls it: a second PortAudio has a number behind its name."""
        client, kind = wanted.split(":")
        # jack_lsp of JACK 2 may hang when it leaves.
        names = subprocess.run(["timeout", "2", "jack_lsp"], env=server.environment,
                               capture_output=True, text=True).stdout.split()
        return next((n for n in names if n.startswith(client) and n.endswith(":" + kind)), None)

    def files(self):
        self.prepare()
        wav, flac, cat = self.file("long.wav"), self.file("long.flac"), f"{self.bin}/sd-cat"
        pipe = "| cat >/dev/null"
        self.compare("WAV to a pipe", {
            ME: f"{cat} -t raw {wav} {pipe}", "cat": f"cat {wav} {pipe}",
            "sox": f"sox {wav} -t raw - {pipe}",
            "ffmpeg": f"ffmpeg -nostdin -v quiet -i {wav} -f s16le - {pipe}",
        }, 9, reach={"cat": 1})
        self.compare("WAV s16 to f32 on a pipe", {
            ME: f"{cat} -f f32le {wav} {pipe}", "sox": f"sox {wav} -t f32 - {pipe}",
            "ffmpeg": f"ffmpeg -nostdin -v quiet -i {wav} -f f32le - {pipe}",
        }, 7, reach={"sox": 0.5, "ffmpeg": 0.5})
        self.compare("FLAC to a pipe", {
            ME: f"{cat} {flac} {pipe}", "flac -d": f"flac -s -d -c {flac} {pipe}",
            "ffmpeg": f"ffmpeg -nostdin -v quiet -i {flac} -f s16le - {pipe}",
        }, 7, reach={"flac -d": 1, "ffmpeg": 1})
        raw, out = self.file("long.s16"), self.file("out")
        self.compare("raw to FLAC", {
            ME: f"{cat} --from s16le:44100:2 -o {out}.flac {raw}",
            "flac": f"flac -s -f --force-raw-format --endian=little --channels=2 --bps=16 "
                    f"--sample-rate=44100 --sign=signed -o {out}.2.flac {raw}",
        }, 5, reach={"flac": 1})
        self.compare("raw to WAV", {
            ME: f"{cat} --from s16le:44100:2 -o {out}.wav {raw}",
            "sox": f"sox -t raw -e signed -b 16 -r 44100 -c 2 {raw} {out}.2.wav",
        }, 5, reach={"sox": 1})

    def codecs(self):
        """Lossy files, eight files at once, and the headers of a thousand."""
        self.prepare()
        flac, cat = self.file("long.flac"), f"{self.bin}/sd-cat"
        void = ">/dev/null"
        for name, ending, player in (("MP3", "mp3", "mpg123 -q -s {0}"),
                                     ("Vorbis", "ogg", "oggdec -Q -R -o - {0}"),
                                     ("Opus", "opus", "opusdec --quiet {0} -")):
            path = self.file("long." + ending)
            rate = "-r 48k " if ending == "opus" else ""
            subprocess.run(f"{cat} -q {rate}-o {path} {flac}", shell=True, check=True)
            self.compare(f"{name} decoded", {
                ME: f"{cat} -q -t raw {path} {void}",
                player.split()[0]: f"{player.format(path)} {void}",
                "ffmpeg": f"ffmpeg -nostdin -v quiet -i {path} -f f32le - {void}",
            }, 5, reach={"ffmpeg": 1})
        one = "FLAC, one file eight times in turn"
        self.compare("eight FLAC files at once", {
            ME: f"{cat} -q -t raw {' '.join([flac] * 8)} {void}",
            one: f"for i in 1 2 3 4 5 6 7 8; do {cat} -q -t raw {flac}; done {void}",
        }, 3, what=("wall", "memory"), reach={one: 0.7})
        headers = os.path.join(self.folder, "headers")
        os.mkdir(headers)
        short = self.file("short.wav")
        for ending in ("wav", "flac", "mp3", "ogg"):
            subprocess.run([cat, "-q", "-n", "10000", "-o", f"{headers}/0.{ending}", short],
                           check=True)
            for number in range(1, 250):
                os.link(f"{headers}/0.{ending}", f"{headers}/{number}.{ending}")
        self.compare("the headers of 1000 files", {
            ME: f"{cat} --info {headers}/* {void}", "soxi": f"soxi {headers}/* {void}",
        }, 7, reach={"soxi": 1})

    def resample(self):
        self.prepare()
        wav, sox = self.file("long.wav"), "sox rate -h"
        self.compare("resample 44100 to 48000", {
            ME: f"{self.bin}/sd-cat -r 48000 -f f32le {wav} >/dev/null",
            sox: f"sox {wav} -t f32 - rate -h 48000 >/dev/null",
        }, 5, reach={sox: 0.7})
        judge = [self.python, os.path.join(HERE, "quality.py")]
        sources = [self.file("sine.f32"), self.file("impulse.f32")]
        subprocess.run(judge + ["make", *sources], check=True)
        for who, line in (
            (ME, "{bin}/sd-cat --from f32le:44100:1 -r 48000 -f f32le {a} >{b}"),
            (sox, "sox -t f32 -r 44100 -c 1 {a} -t f32 {b} rate -h 48000"),
        ):
            results = [source + ".out" for source in sources]
            for source, result in zip(sources, results):
                subprocess.run(line.format(bin=self.bin, a=source, b=result), shell=True,
                               check=True, stderr=subprocess.DEVNULL)
            noise, ripple = subprocess.run(judge + ["judge", *results], check=True, text=True,
                                           capture_output=True).stdout.split()
            note = (f"Resampled by {who}, a sine of 997 Hz has {noise} dB THD+N, and the band from "
                    f"20 Hz to 20 kHz is flat within {ripple} dB.")
            print(note, flush=True)
            self.notes.append(note)

    def memory(self):
        """Silence that takes no room on the disk, from a minute to ten hours of it."""
        growth = Growth("length", "sd-cat, raw s16 to f32, by file length", "minutes",
                        "CPU ms")
        peaks = {}
        for minutes in (1, 10) if self.quick else (1, 10, 60, 600):
            path = self.file("silence.s16")
            with open(path, "wb") as file:
                file.truncate(minutes * 60 * RATE * 4)
            for work, command in (
                ("sd-cat", f"{self.bin}/sd-cat --from s16le:48000:2 -f f32le {path} >/dev/null"),
                ("sd-play", f"SD_VIRTUAL=pace=fast {self.bin}/sd-play -q -D virtual:null -f s16le "
                            f"-r 48000 -c 2 -t raw {path}"),
            ):
                runs = [run(command, self.clean, self.start_measuring)
                        for _ in range(self.times(3))]
                peaks.setdefault(work, {})[minutes] = [r.memory for r in runs]
                if work == "sd-cat":
                    growth.add(ME, minutes, [r.cpu * 1000 for r in runs])
            os.remove(path)
        self.growths.append(growth)
        growth = Growth("memory", "Peak memory, by length", "minutes", "MiB")
        for work, memory in peaks.items():
            for minutes, values in memory.items():
                growth.add(work, minutes, values)
            longest, shortest = max(memory), min(memory)
            self.table.add(f"{work}, memory: {longest} min beyond {shortest} min", "MiB",
                           {ME: differences(memory[longest], memory[shortest])}, {ME: 1})
        self.growths.append(growth)

    def callbacks(self):
        """An empty callback, by block, by channels and by streams; a wire, a map and a sine."""
        c = "C callback"
        seconds = 2 if self.quick else 3
        programs = {ME: f"{self.built}/sd-bench-callback", c: f"{self.floor} callback"}
        script = f"{self.python} {os.path.join(HERE, 'callback.py')}"

        def measure(server, device, block, channels=2, streams=1, count=3, kind="empty",
                    others={}):
            programs_here = {**programs, **others}
            figures = {name: [] for name in programs_here}
            for _ in range(count):
                for name, program in programs_here.items():
                    more = [] if name in others else [str(streams)]
                    answer = subprocess.run(
                        [*program.split(), kind, device, str(seconds), str(block), str(channels),
                         *more], env=server.environment, capture_output=True, text=True,
                        check=True)
                    figures[name].append(float(answer.stdout.split()[0]))
            return figures

        def grow(growth, number, figures):
            for who, values in figures.items():
                growth.add(who, number, values)

        growth = Growth("block", "An empty callback, by block size", "frames", "ns")
        for block in (16, 64, 256, 1024, 4096):
            with rig.jack(self.folder, block) as server:
                figures = measure(server, "loopback", block, count=self.times(5))
            grow(growth, block, figures)
            self.table.add(f"empty callback of {block} frames", "ns", figures)
            self.table.add(f"empty callback of {block} frames, beyond C's", "ns",
                           {ME: differences(figures[ME], figures[c])})
        self.growths.append(growth)
        block = 256
        with rig.jack(self.folder, block) as server:
            for kind, channels in (("wire", 2), ("map", 2), ("sine", 1)):
                figures = measure(server, "loopback", block, channels=channels, kind=kind,
                                  count=self.times(9), others={"python": script})
                self.table.add(f"callback {kind}", "ns", figures, {c: 1.1, "python": 1})
                self.table.add(f"callback {kind}, beyond C's", "ns",
                               {ME: differences(figures[ME], figures[c])})
        growth = Growth("channels", f"An empty callback of {block} frames, by channel count",
                        "channels", "ns")
        with rig.jack(self.folder, block, channels=128) as server:
            for channels in (1, 2, 8, 32, 128):
                grow(growth, channels, measure(server, "system", block, channels=channels))
        self.growths.append(growth)
        growth = Growth("streams", f"Empty callbacks of {block} frames, per period, by "
                        "streams in the process", "streams", "ns")
        with rig.jack(self.folder, block, channels=64) as server:
            for streams in (1, 2, 8, 32):
                grow(growth, streams, measure(server, "loopback", block, streams=streams))
        self.growths.append(growth)

    def converting(self):
        answer = subprocess.run([f"{self.built}/sd-bench-conversions"], capture_output=True,
                                text=True, check=True)
        print(answer.stdout, flush=True)
        self.conversions = answer.stdout

    def clocks(self):
        """Two clocks, in real time: only on request."""
        table = clocks.measure(self, self.seconds)
        print(table, flush=True)
        if self.clocks_page:
            rig.write_section(self.clocks_page, "clocks", table)

    WORKS = (start, play, desktop, first, pipe, wire, files, codecs, resample, memory, callbacks, converting)
    ON_REQUEST = (clocks,)

    # The page

    def page(self, agreement, plots):
        with open("/proc/cpuinfo") as file:
            models = [line.split(":")[1].strip() for line in file if line.startswith("model name")]
        lines = [
            "# Performance", "",
            f"`make bench` wrote this page after one {'quick ' if self.quick else ''}run on "
            f"{os.cpu_count()} cores ({models[0] if models else platform.machine()}), "
            f"Linux {platform.release().split('-')[0]}. It interleaves the runs of all contenders "
            "and divides each of ours by theirs from the same turn, so that a slow spell of the "
            "machine affects both. Each median is followed by the lowest and the highest run. A "
            "target applies to the ratio or, without one, to the figure itself. "
            "[performance-limits.md](performance-limits.md) explains the missed targets.", "",
            self.table.markdown(), "", *self.notes, "", "## How the cost grows", "",
            *[growth.markdown(plots) for growth in self.growths],
            "## Conversions", "", self.conversions.strip(), ""]
        compared, apart, changed = agreement
        if compared:
            lines += ["## A second run", "",
                      f"The spreads of {compared - len(apart)} of {compared} ratios, or figures "
                      "without one, overlap with those of the previous run"
                      + ("; these do not:" if apart else "."), "",
                      *[f"- {row}" for row in apart]]
            if changed:
                lines += ["", "These medians crossed their target:", "",
                          *[f"- {row}" for row in changed]]
        return "\n".join(lines).rstrip() + "\n"


def main():
    names = [work.__name__ for work in Bench.WORKS]
    on_request = [work.__name__ for work in Bench.ON_REQUEST]
    parser = argparse.ArgumentParser()
    parser.add_argument("bin", help="where the programs are")
    parser.add_argument("built", help="where the benchmarks of the library are")
    parser.add_argument("floor", help="the same in C; its other programs stand beside it")
    parser.add_argument("python", help="one with numpy and sounddevice")
    parser.add_argument("--quick", action="store_true", help="fewer runs, shorter sounds")
    parser.add_argument("--only", nargs="+", choices=names + on_request, default=names)
    parser.add_argument("--seconds", type=int, default=1200, help="how long `clocks` runs")
    parser.add_argument("--clocks-page", help="the page whose table `clocks` writes")
    parser.add_argument("--markdown", help="write a page, and its plots beside it")
    options = parser.parse_args()
    # What a terminal or a supervisor ends must still end its servers.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = tempfile.mkdtemp(prefix="sd-bench-")
    failures = []
    try:
        bench = Bench(options, folder)
        for work in Bench.WORKS + Bench.ON_REQUEST:
            if work.__name__ not in options.only:
                continue
            try:
                work(bench)
            except (OSError, RuntimeError, subprocess.SubprocessError) as error:
                traceback.print_exc()
                failures.append(f"Not measured to its end: {work.__name__} ({error})")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    bench.notes += failures
    # A quick run is compared with quick ones.
    last = f"{options.floor}-{'quick' if options.quick else 'whole'}.json"
    agreement = bench.table.compare(last)
    for row in agreement[1] + agreement[2]:
        print("not as in the run before:", row)
    bench.table.save(last)
    if options.markdown:
        plots = os.path.splitext(options.markdown)[0]
        for growth in bench.growths:
            growth.plot(plots)
        with open(options.markdown, "w") as file:
            file.write(bench.page(agreement, os.path.basename(plots)))
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
