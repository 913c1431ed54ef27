#!/usr/bin/env python3
"""Makes everything go wrong for each of the programs and records how they respond.

faults.py DIRECTORY-OF-THE-PROGRAMS FILE.md

Each cell is one run: the exit status, the seconds from the fault to the end, the last line on
stderr, and whether sndfile-info can read the file being recorded.
"""
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import rig  # noqa: E402

LONG = 25.0  # more seconds than any program may take to end


class Bench:
    def __init__(self, directory, folder):
        self.directory, self.folder = directory, folder
        self.clean = dict(rig.clean_environment(), JACK_DEFAULT_SERVER="nobody")
        self.sound = self.file("sound.wav")
        subprocess.run([self.tool("sd-cat"), "--from", "s16le:48000:2", "-n", "1440000", "-o",
                        self.sound, "/dev/zero"], check=True)

    def tool(self, name):
        return os.path.join(self.directory, name)

    def file(self, name):
        return os.path.join(self.folder, name)

    def take(self):
        path = self.file("take.wav")
        if os.path.exists(path):
            os.remove(path)
        return path

    def programs(self, device):
        """Each device program's arguments, for a long run, and its output file."""
        on = ["-q", "-D", device] if device else ["-q"]
        take = self.file("take.wav")
        return {
            "sd-play": (["sd-play", *on, self.sound], None),
            "sd-rec": (["sd-rec", *on, take], take),
            "sd-playrec": (["sd-playrec", *on, self.sound, take], take),
            "sd-wire": (["sd-wire", *on], None),
        }

    def run(self, argv, environment=None, fault=None, after=1.0, shell=None, stdin=None,
            output=None):
        """One cell: runs a program, makes the fault happen, and returns how it ended."""
        self.take()
        stderr_path = self.file("stderr")
        with open(stderr_path, "wb") as stderr:
            command = [self.tool(argv[0]), *argv[1:]]
            if shell:
                command = ["bash", "-c", shell.replace("%", '"$0" "$@"'), *command]
            process = subprocess.Popen(
                command, env=environment or self.clean, stderr=stderr,
                stdin=stdin or subprocess.DEVNULL, stdout=output or subprocess.DEVNULL)
        start = time.monotonic()
        if fault:
            time.sleep(after)
            if process.poll() is None:
                start = time.monotonic()
                fault(process)
        try:
            process.wait(LONG)
            seconds = time.monotonic() - start
            ending = str(process.returncode if process.returncode >= 0
                         else 128 - process.returncode)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            ending, seconds = "HANGS", LONG
        with open(stderr_path, errors="replace") as file:
            lines = [line for line in file.read().splitlines() if line]
        return ending, seconds, lines

    def cell(self, result, path=None):
        ending, seconds, lines = result
        text = f"{ending} after {seconds:.1f} s"
        if lines:
            text += ": `" + lines[-1].replace(self.folder + "/", "").replace("|", "\\|") + "`"
        if len(lines) > 1:
            text += f" ({len(lines)} lines)"
        if path:
            text += "; " + self.verdict(path)
        return text

    def verdict(self, path):
        if not os.path.exists(path):
            return "no file"
        info = subprocess.run(["sndfile-info", path], capture_output=True, text=True)
        frames = re.search(r"^Frames *: *(\d+)", info.stdout, re.M)
        # sndfile-info prints an error for a file without frames, because it has no peak.
        if not frames or "Error" in info.stdout and int(frames[1]) > 0:
            return f"file of {os.path.getsize(path)} bytes NOT readable"
        width = 8
        unread = (os.path.getsize(path) - 4096) // width - int(frames[1])
        more = f", {unread} more not in the header" if unread > 0 else ""
        return f"{frames[1]} frames in the file{more}"


def device_faults(bench):
    """Rows for faults of the sound server."""
    def on_jack(title, fault, device="loopback", ends=True):
        row = {}
        for name, (argv, path) in bench.programs(device).items():
            with rig.jack(bench.folder) as server:
                def happen(process):
                    fault(server)
                    if not ends:
                        time.sleep(1)
                        process.send_signal(signal.SIGINT)
                row[name] = bench.cell(bench.run(argv, server.environment, happen), path)
        with rig.jack(bench.folder) as server:
            fault(server)
            row["sd-list"] = bench.cell(bench.run(["sd-list"], server.environment))
        return title, row

    def freewheel(server):
        for word in ("y", "n"):
            subprocess.run(["jack_freewheel", word], env=server.environment, timeout=10,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(0.2)

    def resize(server):
        subprocess.run(["jack_bufsize", "512"], env=server.environment, timeout=10,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    yield on_jack("jackd killed (KILL)", lambda s: s.process.kill())
    yield on_jack("jackd ended (TERM)", lambda s: s.process.terminate())
    yield on_jack("jackd stopped (STOP)", lambda s: s.process.send_signal(signal.SIGSTOP))
    yield on_jack("jackd freewheels, then INT", freewheel, ends=False)
    yield on_jack("jackd's period changes, then INT", resize, ends=False)

    row = {}
    for name, (argv, path) in bench.programs(None).items():
        with rig.pulse(bench.folder) as server:
            result = bench.run(argv, server.environment, lambda _: server.process.kill(), 1.5)
            row[name] = bench.cell(result, path)
    with rig.pulse(bench.folder) as server:
        server.process.kill()
        row["sd-list"] = bench.cell(bench.run(["sd-list"], server.environment))
    yield "pulseaudio killed (KILL)", row

    row = {name: bench.cell(bench.run(argv), path)
           for name, (argv, path) in bench.programs(None).items()}
    row["sd-list"] = bench.cell(bench.run(["sd-list"]))
    yield "no server, no sound card", row

    for title, virtual in (("a device whose callbacks stop", "stall@48000"),
                           ("a device that loses frames, then INT", "xrun@24000:480")):
        row = {}
        ends = "INT" in title
        environment = dict(bench.clean, SD_VIRTUAL=virtual)
        for name, (argv, path) in bench.programs("virtual:loopback").items():
            argv = [w for w in argv if w != "-q"]
            fault = (lambda p: p.send_signal(signal.SIGINT)) if ends else (lambda p: None)
            row[name] = bench.cell(bench.run(argv, environment, fault, 1.5 if ends else 1), path)
        yield title, row


def signal_faults(bench):
    """Rows for signals to the programs themselves."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL):
        row = {}
        for name, (argv, path) in bench.programs("virtual:loopback").items():
            result = bench.run(argv, fault=lambda p: p.send_signal(number), after=1.5)
            row[name] = bench.cell(result, path)
        row["sd-cat"] = bench.cell(bench.run(
            ["sd-cat", "--from", "s16le:48000:2", "-o", bench.file("take.wav"), "/dev/zero"],
            fault=lambda p: p.send_signal(number), after=0.5), bench.file("take.wav"))
        yield f"{number.name}", row

    def pause(process):
        process.send_signal(signal.SIGTSTP)
        time.sleep(1)
        process.send_signal(signal.SIGCONT)
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
    row = {}
    for name, (argv, path) in bench.programs("virtual:loopback").items():
        argv = [w for w in argv if w != "-q"]
        row[name] = bench.cell(bench.run(argv, fault=pause), path)
    yield "TSTP, CONT a second later, then INT", row


def pipe_faults(bench):
    """Rows for faults at the other end of a pipe or on the disk."""
    on = ["-q", "-D", "virtual:loopback"]
    raw = ["-f", "s16le", "-r", "48000", "-c", "2"]
    recording = ["sd-rec", *on]
    duplex = ["sd-playrec", *on, bench.sound, "-"]
    cat = ["sd-cat", bench.sound]
    playing = ["sd-play", *on, *raw]
    takes = {"sd-rec": (["sd-rec", *on, bench.file("take.wav")]),
             "sd-playrec": (["sd-playrec", *on, bench.sound, bench.file("take.wav")]),
             "sd-cat": (["sd-cat", "-o", bench.file("take.wav"), bench.sound])}

    def shells(title, line, programs):
        row = {}
        for name, argv in programs.items():
            row[name] = bench.cell(bench.run(argv, shell=line))
        return title, row

    outputs = {"sd-rec": recording, "sd-playrec": duplex, "sd-cat": cat}
    inputs = {"sd-play": playing, "sd-playrec": ["sd-playrec", *on, *raw, "-", "/dev/null", "-t",
                                                 "raw"],
              "sd-cat": ["sd-cat", "--from", "s16le:48000:2", "-"]}
    status = "; exit ${PIPESTATUS[0]}"
    yield shells("the reader goes away", "% | head -c 4000 >/dev/null" + status, outputs)
    yield shells("the same, with PIPE ignored", "trap '' PIPE; % | head -c 4000 >/dev/null" + status,
                 outputs)
    yield shells("the disk is full (/dev/full)", "% >/dev/full", outputs)
    yield shells("stdout is closed", "% >&-", outputs)
    yield shells("a limit on file size (ulimit -f 100)", "ulimit -f 100; %", takes)
    yield shells("the directory is not writable", "%", {
        name: [w.replace(bench.file("take.wav"), "/proc/take.wav") for w in argv]
        for name, argv in takes.items()})
    yield shells("stdin is closed", "% <&-", inputs)
    yield shells("stdin is empty", "% </dev/null", inputs)
    yield shells("stdin ends within a frame", "head -c 4801 /dev/zero | %", inputs)
    yield shells("a header and nothing else", "printf 'RIFF\\0\\0\\0\\0WAVE' | %",
                 {"sd-play": ["sd-play", *on], "sd-playrec": ["sd-playrec", *on, "-", "/dev/null",
                                                              "-t", "raw"],
                  "sd-cat": ["sd-cat"]})

    def remove(process):
        os.remove(bench.file("take.wav"))
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
    row = {name: bench.cell(bench.run(argv, fault=remove))
           for name, argv in takes.items() if name != "sd-cat"}
    yield "the file is removed, then INT", row


def main(directory, target):
    columns = ["sd-list", "sd-play", "sd-rec", "sd-playrec", "sd-wire", "sd-cat"]
    with tempfile.TemporaryDirectory(prefix="sd-faults-") as folder:
        bench = Bench(directory, folder)
        parts = []
        for title, rows in (("The device and its server", device_faults(bench)),
                            ("The program itself", signal_faults(bench)),
                            ("Pipes and disks", pipe_faults(bench))):
            parts += ["", f"## {title}", "", "| what happens | " + " | ".join(columns) + " |",
                      "| --- |" + " --- |" * len(columns)]
            for fault, row in rows:
                cells = [row.get(name, "") for name in columns]
                parts.append(f"| {fault} | " + " | ".join(cells) + " |")
                print(parts[-1], flush=True)
    os.makedirs(os.path.dirname(os.path.abspath(target)), exist_ok=True)
    with open(target, "w") as file:
        file.write(HEAD + "\n".join(parts) + "\n")


HEAD = """# What happens when something goes wrong

`make faults` wrote these tables; each cell is one run. A cell gives the exit status (128 + N for
signal N), the seconds from the fault to the end of the program, its last message, and how many
frames `sndfile-info` finds in the recorded file. A program that records without a length exits with
0 on a signal; one that plays dies of the signal, so that it also ends a shell loop.
"""

if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
