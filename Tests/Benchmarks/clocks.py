"""Pipes and wires between two JACK servers whose clocks differ: which of them break, and how late
they grow. A work of bench.py."""
import contextlib
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "Rig"))
import rig  # noqa: E402

PERIOD = 1024
# What the servers call themselves, which is also their rate: 208 ppm apart.
RATES = (48000, 48010)
HERTZ = 997
# Seconds in which a program may find its ratio, and before which no break counts.
SETTLING = 10


def run_in_real_time():
    """As the audio threads of all contenders run, so that a busy machine breaks none of them."""
    if os.geteuid() == 0:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(10))


class Probe:
    """A running probe and its events: (name, time, frames)."""

    def __init__(self, path, name, environment):
        self.process = subprocess.Popen([path, "sine", name, str(HERTZ)], env=environment,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline() != "ready\n":
            raise RuntimeError(f"the probe {name} did not get ready")
        self.events = []
        self.thread = threading.Thread(target=self.read)
        self.thread.start()

    def read(self):
        for line in self.process.stdout:
            name, at, frames = line.split()
            self.events.append((name, float(at), int(frames)))

    def mark(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def times(self, name):
        return [at for kind, at, _ in self.events if kind == name]

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.thread.join()
        self.process.stdin.close()


class Row:
    """Commands from the sine on one server to a probe on the other: the last is a client of the
    second server, the others of the first. A pipe joins them, or the network if there are
    `connections`: for each server the pairs of ports to connect."""

    def __init__(self, name, commands, connections=None):
        self.name, self.connections = name, connections
        self.commands = [shlex.split(command) for command in commands]
        self.processes, self.logs, self.failure = [], [], ""

    def start(self, folder, key, environments, alsa):
        """environments: one for each command; alsa: the configuration of ALSA's programs."""
        stdin = subprocess.DEVNULL
        for number, (command, environment) in enumerate(zip(self.commands, environments)):
            # Elsewhere these PCMs would be opened whenever devices are listed.
            if command[0] in ("arecord", "aplay"):
                environment = dict(environment, ALSA_CONFIG_PATH=alsa)
            log = os.path.join(folder, f"{key}-{number}.log")
            self.logs.append(log)
            last = self.connections or number == len(self.commands) - 1
            with open(log, "wb") as stderr:
                process = subprocess.Popen(
                    command, env=environment, stdin=stdin, stderr=stderr,
                    preexec_fn=run_in_real_time, stdout=stderr if last else subprocess.PIPE)
            if stdin is not subprocess.DEVNULL:
                stdin.close()
            stdin = process.stdout or subprocess.DEVNULL
            self.processes.append(process)

    def connect(self, environments):
        patience = time.monotonic() + 10
        for environment, ports in zip(environments, self.connections or ()):
            # A client that has only just come may not have its ports yet.
            while subprocess.run(["timeout", "2", "jack_connect", *ports], env=environment,
                                 stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL).returncode:
                if time.monotonic() > patience:
                    self.failure = f"no ports {' and '.join(ports)}"
                    return
                time.sleep(0.2)

    def check(self):
        for command, process in zip(self.commands, self.processes):
            if process.poll() is not None and not self.failure:
                program = os.path.basename(command[0])
                self.failure = f"{program} ended with {process.returncode}: {self.last_line()}"

    def stop(self):
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(5)
        for process in self.processes:
            if process.poll() is None:
                process.kill()
            process.wait()

    def last_line(self):
        lines = [line for log in self.logs for line in self.text(log).splitlines() if line.strip()]
        return lines[-1].strip() if lines else "no message"

    def text(self, log):
        with open(log, errors="replace") as file:
            return file.read()

    def report(self):
        """What the programs themselves say of losses and of their ratio."""
        said = []
        for command, log in zip(self.commands, self.logs):
            text, name = self.text(log), os.path.basename(command[0])
            if name.startswith("sd-"):
                ends = [json.loads(line) for line in text.splitlines()
                        if line.startswith('{"event":"end"')]
                said.append(f"{name}: " + (self.account(ends[-1]) if ends else "no end"))
            elif name in ("arecord", "aplay"):
                said.append(f"{name}: {len(re.findall('run!!!|xrun', text))} xruns")
        return "; ".join(said)

    @staticmethod
    def account(end):
        parts = [f"{frames} {direction} frames {what}" for direction in ("input", "output")
                 for what in ("lost", "dropped", "inserted", "discarded")
                 if (frames := end[direction][what]) and (direction, what) != ("input", "discarded")]
        if ratio := end.get("ratio"):
            parts.append(f"{ratio['ppm']:+.0f} ppm, {ratio['cuts']} cuts")
        return ", ".join(parts) or "no losses"


def rows(tool, relay):
    """All contenders. Each has a probe named as its key on the second server; `tool` gives the path
    of a program. All are asked for 100 ms, behind the relay for 200 ms."""
    feed = "--status-fd 2"
    rec = f"{tool('sd-rec')} -q {feed} -D sine -c 1 -t raw -f f32le"
    # The sound says nothing about its rate, so that no program knows how the clocks differ.
    play = f"{tool('sd-play')} -q {feed} -c 1 -t raw -f f32le -r {RATES[1]}"
    alsa = "-q -t raw -f FLOAT_LE -c 1"
    tuned = f"--buffer-size={4 * PERIOD} --period-size={PERIOD}"
    return {
        "adapted": Row("`sd-rec \\| sd-play --adapt`", [rec, f"{play} -D adapted --adapt -L 100ms"]),
        "plain": Row("`sd-rec \\| sd-play`", [rec, f"{play} -D plain -L 100ms"]),
        "relayed": Row("`sd-rec \\| relay \\| sd-play --adapt`",
                       [rec, relay, f"{play} -D relayed --adapt -L 200ms"]),
        "late": Row("`sd-rec \\| relay \\| sd-play`",
                    [rec, relay, f"{play} -D late -L 200ms"]),
        "tuned": Row("`arecord \\| aplay`, four periods each",
                     [f"arecord {alsa} {tuned} -D from -r {RATES[0]}",
                      f"aplay {alsa} {tuned} -D to_tuned -r {RATES[1]}"]),
        "default": Row("`arecord \\| aplay`",
                       [f"arecord {alsa} -D from -r {RATES[0]}",
                        f"aplay {alsa} -D to_default -r {RATES[1]}"]),
        # zita-ajbridge and alsaloop are one process, and so of one JACK server.
        "zita": Row("`zita-j2n`, `zita-n2j`, told both rates",
                    ["zita-j2n --jname j2n --chan 1 --float 127.0.0.1 37961",
                     "zita-n2j --jname n2j --chan 1 --buff 60 --info 127.0.0.1 37961"],
                    [("sine:out", "j2n:in_1"), ("n2j:out_1", "zita:in")]),
    }


def configure(folder, everyone):
    """ALSA's PCMs: `from` the sine and `to_KEY` for each probe, on the JACK server that the
    environment names."""
    path = os.path.join(folder, "clocks.conf")
    with open(path, "w") as file:
        file.write("</usr/share/alsa/alsa.conf>\n"
                   "pcm.from { type jack capture_ports { 0 sine:out } }\n")
        for key in everyone:
            file.write(f"pcm.to_{key} {{ type jack playback_ports {{ 0 {key}:in }} }}\n")
    return path


def measure(bench, seconds):
    """Runs all side by side; returns a Markdown table."""
    folder = bench.folder
    probe_path = rig.build_probe(folder)
    everyone = rows(lambda name: os.path.join(bench.bin, name),
                    f"{sys.executable} {os.path.join(HERE, '..', 'Rig', 'relay.py')}")
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(rig.jack(folder, PERIOD, rate, label=f"-{rate}"))
                   for rate in RATES]
        alsa = configure(folder, everyone)
        environments = [server.environment for server in servers]
        source = Probe(probe_path, "sine", environments[0])
        stack.callback(source.stop)
        probes = {}
        for key, row in everyone.items():
            missing = [c[0] for c in row.commands if not shutil.which(c[0])]
            if missing:
                row.failure = f"no {missing[0]} here"
                continue
            probes[key] = Probe(probe_path, key, environments[1])
            stack.callback(probes[key].stop)
            stack.callback(row.stop)
            # Only the last program is a client of the second server.
            row.start(folder, key, [environments[0]] * (len(row.commands) - 1) + environments[1:],
                      alsa)
            row.connect(environments)
        begin = time.monotonic()
        marks = [SETTLING + 5, seconds - 6]
        for until in (*marks, seconds):
            while time.monotonic() < begin + until:
                for row in everyone.values():
                    row.check()
                time.sleep(0.2)
            if until != seconds:
                source.mark()
        for row in everyone.values():
            row.check()
        end = time.monotonic()
        for row in everyone.values():
            row.stop()
        time.sleep(0.2)
        xruns = [server.xruns() for server in servers]
    marks = source.times("mark")
    missed = len([at for at in source.times("missed") if at > begin])
    lines = ["| from one server to the other | latency after 15 s | at the end | breaks | the first "
             "after | silence | the programs' own report |",
             "| --- | ---: | ---: | ---: | ---: | ---: | --- |"]
    for key, row in everyone.items():
        if key not in probes or (row.failure and not probes[key].events):
            lines.append(f"| {row.name} | | | | | | {row.failure} |")
            continue
        latencies, breaks, silence, own = judge(probes[key], marks, begin, end)
        text = [f"{latency * 1000:.0f} ms" if latency is not None else "" for latency in latencies]
        first = f"{breaks[0] - begin:.0f} s" if breaks else ""
        said = "; ".join(filter(None, [row.failure, row.report()]))
        if own:
            said += f" (the probe itself was left out {own} times)"
        lines.append(f"| {row.name} | {text[0]} | {text[1]} | {len(breaks)} | {first} | "
                     f"{silence * 1000:.0f} ms | {said} |")
    lines += ["", f"{seconds} s, periods of {PERIOD} frames, rates of {RATES[0]} and {RATES[1]} Hz. "
              f"The servers logged {xruns[0]} and {xruns[1]} xruns; the sine was left out of "
              f"{missed} periods."]
    return "\n".join(lines)


def judge(probe, marks, begin, end):
    """A row's latency at both marks, its breaks and seconds of silence after settling, and how
    often its probe was left out, all without what the marks themselves cause."""
    silences = [(at, frames / RATES[1]) for kind, at, frames in probe.events if kind == "silence"]
    own = [at for at in probe.times("missed") if at > begin]
    latencies, edges = [], []
    for mark in marks:
        heard = [(at, length) for at, length in silences
                 if 0 < at - mark < 5 and 0.2 < length < 0.5]
        latencies.append(heard[0][0] - mark if heard else None)
        edges += [(at, at + length) for at, length in heard]

    def counts(at):
        return begin + SETTLING < at < end and not any(a - 0.1 < at < b + 0.1 for a, b in edges) \
            and not any(abs(at - a) < 0.1 for a in own)

    breaks = [at for at in probe.times("break") if counts(at)]
    return latencies, breaks, sum(length for at, length in silences if counts(at)), len(own)
