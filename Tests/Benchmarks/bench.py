#!/usr/bin/env python3
"""Measures the sd tools beside their peers and beside the least that C needs, in one run.

bench.py BIN FLOORS PYTHON [--quick] [--only WORD] [--markdown FILE]

Runs of all contenders are interleaved (A B C A B C ...) and medians are printed, with the spread
between the first and the third quarter of the runs. Absolute figures are this machine's, at this
moment; the ratios are what to compare.
"""
import argparse, contextlib, os, resource, signal, statistics, subprocess, sys, tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Rig"))
import rig  # noqa: E402

ME = "sd tools"


class Run:
    """What one run of a pipeline took: wall and CPU seconds, largest resident memory in KiB."""

    def __init__(self, wall, cpu, memory, output):
        self.wall, self.cpu, self.memory, self.output = wall, cpu, memory, output


def run(command, environment, output="/dev/null", stdin=None):
    """Runs a shell line and waits for it; the shell execs a single program."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    with open(output, "wb") as out:
        child = subprocess.Popen(
            command if isinstance(command, list) else ["bash", "-c", command], env=environment,
            stdout=out, stderr=subprocess.DEVNULL,
            stdin=open(stdin, "rb") if stdin else subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = status
    wall = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    if os.waitstatus_to_exitcode(status) not in (0, 2, -2, -15):
        raise RuntimeError(f"{command}: status {os.waitstatus_to_exitcode(status)}")
    return Run(wall, cpu, usage.ru_maxrss, None)


def quartiles(values):
    values = sorted(values)
    if len(values) < 4:
        return values[0], values[-1]
    cut = statistics.quantiles(values, n=4)
    return cut[0], cut[2]


class Table:
    """The figures, as they are printed and as Markdown."""

    def __init__(self):
        self.rows = []

    def add(self, work, unit, figures, notes=""):
        """figures: {contender: [values]}, the sd tools' first."""
        ours = statistics.median(figures[ME])
        for name, values in figures.items():
            middle = statistics.median(values)
            low, high = quartiles(values)
            ratio = "" if name == ME else f"{ours / middle:.2f}" if middle else "-"
            row = (work, name, f"{middle:.4g}", f"{low:.4g}-{high:.4g}", unit, ratio,
                   notes if name == ME else "")
            self.rows.append(row)
            print("{:34} {:26} {:>10} {:>19} {:6} {:>6}  {}".format(*row), flush=True)

    def markdown(self):
        lines = ["| work | who | median | quarters | unit | ours ÷ theirs | |",
                 "| --- | --- | ---: | ---: | --- | ---: | --- |"]
        return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in self.rows]) + "\n"


class Bench:
    def __init__(self, options):
        self.bin, self.floor, self.python = options.bin, options.floors, options.python
        self.quick, self.only = options.quick, options.only
        self.table = Table()
        self.folder = tempfile.mkdtemp(prefix="sd-bench-")
        self.clean = rig.clean_environment()

    # Servers

    @contextlib.contextmanager
    def jack(self, period=256):
        with rig.jack(self.folder, period) as server:
            yield server.environment

    @contextlib.contextmanager
    def pulse(self):
        with rig.pulse(self.folder) as server:
            yield server.environment

    # Measuring

    def times(self, most):
        return max(3, most // 3) if self.quick else most

    def compare(self, work, contenders, count=7, what=("wall",), environment=None, notes=""):
        """contenders: {name: command}; each measured `count` times, interleaved."""
        if self.only and self.only not in work:
            return
        environment = environment or self.clean
        results = {name: [] for name in contenders}
        for _ in range(self.times(count)):
            for name, command in contenders.items():
                results[name].append(run(command, environment))
        for quantity in what:
            unit = {"wall": "s", "cpu": "CPU s", "memory": "MiB"}[quantity]
            scale = 1024 if quantity == "memory" else 1
            self.table.add(
                f"{work}, {quantity}" if len(what) > 1 else work, unit,
                {name: [getattr(r, quantity) / scale for r in runs]
                 for name, runs in results.items()}, notes)

    def file(self, name):
        return os.path.join(self.folder, name)

    def tool(self, name, arguments=""):
        return f"exec {self.bin}/{name} {arguments}"

    # Material

    def prepare(self):
        seconds = 120 if self.quick else 1800
        subprocess.run(["sox", "-q", "-R", "-n", "-r", "44100", "-c", "2", "-b", "16",
                        self.file("long.wav"), "synth", str(seconds), "pinknoise", "gain", "-3"],
                       check=True)
        subprocess.run(["sox", "-q", "-R", "-n", "-r", "48000", "-c", "2", "-b", "16",
                        self.file("short.wav"), "synth", "20", "pinknoise", "gain", "-3"],
                       check=True)
        subprocess.run(["sox", "-q", self.file("short.wav"), "-t", "f32", self.file("short.f32")],
                       check=True)
        subprocess.run(["flac", "-s", "-f", "-o", self.file("long.flac"), self.file("long.wav")],
                       check=True)
        subprocess.run(["sox", "-q", self.file("long.wav"), "-t", "s16", self.file("long.s16")],
                       check=True)

    # The works

    def start(self):
        listing = {ME: self.tool("sd-list"), "C init": f"exec {self.floor} init",
                   "python": f"exec {self.python} -m sounddevice"}
        with self.jack() as environment:
            self.compare("list devices, JACK up", listing, 15, ("wall", "cpu"), environment,
                         "to reach: 1.10 of C, 0.5 of python")
        self.compare("list devices, no server", listing, 15, ("wall", "cpu"),
                     notes="to reach: 1.10 of C, 0.5 of python")
        for name, arguments in [("help", "sd-play --help"), ("version", "sd-rec --version"),
                                ("usage error", "sd-wire --nonsense")]:
            self.compare(name, {ME: self.tool(arguments), "true": "exec true"}, 25,
                         notes="to reach: 10 ms")
        self.compare("sd-cat --help", {ME: self.tool("sd-cat --help"),
                                       "static Swift hello": f"exec {self.floor}-hello"}, 25,
                     notes="to reach: 1.5")

    def play(self):
        with self.jack() as environment:
            alsa = self.file("jack.conf")
            with open(alsa, "w") as file:
                file.write(
                    "</usr/share/alsa/alsa.conf>\n"
                    "pcm.jackdev { type jack playback_ports { 0 system:playback_1 "
                    "1 system:playback_2 } }\npcm.tojack { type plug slave.pcm jackdev }\n")
            short = self.file("short.wav")
            self.compare("play 20 s on JACK", {
                ME: self.tool("sd-play", f"-D system {short}"),
                "C callback": f"exec {self.floor} play system {self.file('short.f32')}",
                "aplay": f"ALSA_CONFIG_PATH={alsa} exec aplay -q -D tojack {short}",
                "python": f"exec {self.python} -c \"import sounddevice as s, wave, numpy as n; "
                          f"w=wave.open('{short}'); s.default.device='system'; "
                          "s.play(n.frombuffer(w.readframes(10**9), n.int16).reshape(-1,2), 48000, "
                          "blocking=True)\"",
            }, 5, ("cpu", "memory"), environment, "to reach: 1.25 of C, 0.6 of aplay, 0.4 of python")
        with self.pulse() as environment:
            self.compare("play 20 s on Pulse", {
                ME: self.tool("sd-play", f"-D pulse {short}"),
                "C callback": f"exec {self.floor} play pulse {self.file('short.f32')}",
                "aplay": f"exec aplay -q -D pulse {short}",
            }, 5, ("cpu",), environment, "to reach: 1.25 of C")

    def pipe_latency(self):
        probe = f"{self.floor}-probe"
        seconds = 3 if self.quick else 10
        for period in (256, 64):
            if self.only and self.only not in "rec | play latency":
                continue
            figures = {ME: [], "C pipe": []}
            broken = {ME: [], "C pipe": []}
            with self.jack(period) as environment:
                for _ in range(self.times(5)):
                    for name, rec, play, ports in [
                        (ME, f"{self.bin}/sd-rec -q -L low -D system",
                         f"{self.bin}/sd-play -q -L low -r 48000 -c 2 -D system",
                         ("sd-rec:in_0", "sd-play:out_0")),
                        ("C pipe", f"exec -a floor-rec {self.floor} rec system",
                         f"exec -a floor-play {self.floor} pipe system",
                         ("PortAudio:in_0", "PortAudio-01:out_0")),
                    ]:
                        line = self.probe(rec, play, ports, probe, seconds, environment)
                        if line:
                            figures[name].append(line[0] / period)
                            broken[name].append(line[4])
            if figures[ME] and figures["C pipe"]:
                self.table.add(f"rec | play, {period} frames: latency", "period", figures,
                               "to reach: 2 above the graph's own 1")
                self.table.add(f"rec | play, {period} frames: breaks", "count", broken,
                               "outside server xruns")

    def probe(self, rec, play, ports, probe, seconds, environment):
        reading, writing = os.pipe()
        player = subprocess.Popen(["bash", "-c", play], stdin=reading, env=environment,
                                  stderr=subprocess.DEVNULL)
        recorder = subprocess.Popen(["bash", "-c", f"exec {rec}" if "exec" not in rec else rec],
                                    stdout=writing, env=environment, stderr=subprocess.DEVNULL)
        os.close(reading)
        os.close(writing)
        try:
            time.sleep(1)
            ports = self.ports(ports, environment)
            answer = subprocess.run([probe, str(seconds), *ports], env=environment,
                                    capture_output=True, text=True, timeout=seconds + 30)
            return [float(word) for word in answer.stdout.split()] or None
        finally:
            for child in (recorder, player):
                with contextlib.suppress(ProcessLookupError):
                    child.send_signal(signal.SIGKILL if "floor" in rec else signal.SIGTERM)
                child.wait()
            time.sleep(0.3)

    def ports(self, wanted, environment):
        """The ports as they are: two floors of one name are told apart by JACK."""
        names = subprocess.run(["jack_lsp"], env=environment, capture_output=True,
                               text=True).stdout.split()
        found = []
        for port, kind in zip(wanted, ("in_0", "out_0")):
            match = [n for n in names if n == port] or [
                n for n in names if n.endswith(kind) and not n.startswith("sd-probe")]
            found.append(match[0] if match else port)
        return found

    def wire(self):
        with self.jack() as environment:
            self.compare("wire 20 s", {
                ME: self.tool("sd-wire", "-q -D system -d 20"),
                "C wire": f"exec {self.floor} wire system 20",
            }, 5, ("cpu",), environment, "to reach: 1.10 of C")

    def files(self):
        wav, flac = self.file("long.wav"), self.file("long.flac")
        cat = self.tool("sd-cat")
        pipe = "| cat >/dev/null"
        plain = lambda line: line.removeprefix("exec ")
        self.compare("WAV to a pipe", {
            ME: f"{plain(cat)} -t raw {wav} {pipe}", "cat": f"cat {wav} {pipe}",
            "sox": f"sox {wav} -t raw - {pipe}",
            "ffmpeg": f"ffmpeg -nostdin -v quiet -i {wav} -f s16le - {pipe}",
        }, 7, ("wall",), notes="to reach: 1.0 of cat")
        self.compare("WAV s16 to f32 on a pipe", {
            ME: f"{plain(cat)} -f f32le {wav} {pipe}", "sox": f"sox {wav} -t f32 - {pipe}",
            "ffmpeg": f"ffmpeg -nostdin -v quiet -i {wav} -f f32le - {pipe}",
        }, 7, ("wall",), notes="to reach: 0.5")
        self.compare("FLAC to a pipe", {
            ME: f"{plain(cat)} {flac} {pipe}", "flac -d": f"flac -s -d -c {flac} {pipe}",
            "ffmpeg": f"ffmpeg -nostdin -v quiet -i {flac} -f s16le - {pipe}",
        }, 7, ("wall",), notes="to reach: 1.0 of the faster")
        raw, out = self.file("long.s16"), self.file("out")
        self.compare("raw to FLAC", {
            ME: f"{plain(cat)} --from s16le:44100:2 -o {out}.flac {raw}",
            "flac": f"flac -s -f --force-raw-format --endian=little --channels=2 --bps=16 "
                    f"--sample-rate=44100 --sign=signed -o {out}.2.flac {raw}",
        }, 5, ("wall",), notes="to reach: 1.0")
        self.compare("raw to WAV", {
            ME: f"{plain(cat)} --from s16le:44100:2 -o {out}.wav {raw}",
            "sox": f"sox -t raw -e signed -b 16 -r 44100 -c 2 {raw} {out}.2.wav",
        }, 5, ("wall",), notes="to reach: 1.0")
        self.compare("resample 44100 to 48000", {
            ME: f"{plain(cat)} -r 48000 -f f32le {wav} >/dev/null",
            "sox rate -h": f"sox {wav} -t f32 - rate -h 48000 >/dev/null",
        }, 5, ("wall",), notes="to reach: 0.7")

    def memory(self):
        for minutes in (1, 10) if self.quick else (1, 60, 600):
            frames = minutes * 60 * 48000
            self.compare(f"memory, {minutes} min on a pipe", {
                ME: self.tool("sd-cat", f"--from s16le:48000:2 -f f32le <(head -c {frames * 4} "
                                        "/dev/zero) >/dev/null"),
            }, 3, ("memory",))

    def callbacks(self):
        with self.jack() as environment:
            seconds = 2 if self.quick else 5
            for block in (16, 64, 256, 1024):
                figures = {ME: [], "C callback": []}
                if self.only and self.only not in "callback":
                    continue
                for _ in range(self.times(5)):
                    for name, program in ((ME, f"{self.bin}/sd-bench-callback"),
                                          ("C callback", f"{self.floor} empty")):
                        answer = subprocess.run(
                            f"{program} loopback {seconds} {block}", shell=True, env=environment,
                            capture_output=True, text=True)
                        figures[name].append(float(answer.stdout.split()[0]))
                self.table.add(f"empty callback, block {block}", "ns", figures)

    def all(self):
        self.prepare()
        for work in (self.start, self.play, self.pipe_latency, self.wire, self.files, self.memory,
                     self.callbacks):
            work()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bin")
    parser.add_argument("floors")
    parser.add_argument("python")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only")
    parser.add_argument("--markdown")
    options = parser.parse_args()
    bench = Bench(options)
    try:
        bench.all()
    finally:
        shutil.rmtree(bench.folder, ignore_errors=True)
    if options.markdown:
        with open(options.markdown, "w") as file:
            file.write(bench.table.markdown())


main()
