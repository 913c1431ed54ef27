#!/usr/bin/env python3
"""Gives recorders the tasks of an unattended machine, and measures what each of them loses.

recorders.py DIRECTORY-OF-THE-PROGRAMS FILE.md

Needs root, for a small disk. All record the same loopback of a private JACK server: sd-rec and
jack_capture as its clients, arecord, sox and ffmpeg through ALSA's plugin. The sound is frames that
carry their own number.
"""
import os
import platform
import resource
import signal
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import rig  # noqa: E402

RATE = 48000
LIMIT = 20.0  # more seconds than a recorder may take to end
NAMES = ["sd-rec", "arecord", "sox", "ffmpeg", "jack_capture"]


def numbered(first, count):
    """Loud stereo frames of 16 bits that carry their number, from 1 on."""
    return b"".join(struct.pack("<hh", 16384 + number % 16384, number // 16384)
                    for number in range(first, first + count))


def outcome(status, when):
    return f"status {128 - status if status < 0 else status} {when}"


class Bench:
    def __init__(self, programs, folder):
        self.programs, self.folder = programs, folder
        self.sound = os.path.join(folder, "sound.s16le")
        self.environment = None

    def use(self, server):
        config = os.path.join(self.folder, "asound.conf")
        with open(config, "w") as file:
            file.write("""</usr/share/alsa/alsa.conf>
pcm.jackloop {
  type jack
  capture_ports { 0 loopback:capture_1 1 loopback:capture_2 }
}
pcm.loop { type plug slave.pcm jackloop }
""")
        self.environment = dict(server.environment, ALSA_CONFIG_PATH=config)
        self.environment["PATH"] = f"{self.programs}:{os.environ['PATH']}"

    def clear(self):
        for name in os.listdir(self.folder):
            if name.startswith("take"):
                os.remove(os.path.join(self.folder, name))

    def files(self):
        """The recorded files, oldest first."""
        paths = [os.path.join(self.folder, name) for name in os.listdir(self.folder)
                 if name.startswith("take")]
        return sorted(paths, key=lambda path: (os.stat(path).st_mtime_ns, path))

    def start(self, words):
        return subprocess.Popen(words, cwd=self.folder, env=self.environment,
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL)

    def play(self, parts):
        """Plays parts of bytes one after the other, through the loopback."""
        with open(self.sound, "wb") as file:
            for part in parts:
                file.write(part)
        return self.start(["sd-play", "-q", "-D", "loopback", "-r", str(RATE), self.sound])

    def end(self, process, how=signal.SIGINT, wait=0.0):
        """Waits, then sends a signal; how it ended, in words."""
        start = time.monotonic()
        try:
            return outcome(process.wait(wait), f"by itself after {time.monotonic() - start:.0f} s")
        except subprocess.TimeoutExpired:
            process.send_signal(how)
        start = time.monotonic()
        try:
            return outcome(process.wait(LIMIT), f"{time.monotonic() - start:.1f} s after {how.name}")
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return f"hangs after {how.name}"

    def samples(self, path):
        """The numbers of a file's frames, 0 for silence, as far as a reader finds them."""
        done = subprocess.run(["sd-cat", "-q", "--no-dither", "-t", "raw", "-f", "s16le", path],
                              capture_output=True, env=self.environment)
        frames = struct.iter_unpack("<hh", done.stdout[:len(done.stdout) // 4 * 4])
        # A quarter of full scale is beyond any dither.
        return [low - 16384 + high * 16384 if low >= 8192 else 0 for low, high in frames]


# MARK: The tasks. Each returns a cell for one recorder, or None where it has no such function.

def plain(name, path="take.wav"):
    """The words that record into one file until stopped."""
    return {
        "sd-rec": ["sd-rec", "-q", "--no-dither", "-D", "loopback", "-f", "s16", path],
        "arecord": ["arecord", "-q", "-D", "loop", "-f", "S16_LE", "-r", str(RATE), "-c", "2", path],
        "sox": ["sox", "-q", "-r", str(RATE), "-c", "2", "-b", "16", "-t", "alsa", "loop", path],
        "ffmpeg": ["ffmpeg", "-v", "error", "-f", "alsa", "-ar", str(RATE), "-ac", "2", "-i", "loop",
                   path],
        "jack_capture": ["jack_capture", "--daemon", "-b", "16", "-c", "2", "-p",
                         "loopback:capture_*", path],
    }[name]


def rotate(bench, name):
    words = {
        "sd-rec": [*plain(name), "--split", "2"],
        "arecord": [*plain(name)[:-1], "--max-file-time", "2", "take.wav"],
        "sox": [*plain(name), "trim", "0", "2", ":", "newfile", ":", "restart"],
        "ffmpeg": [*plain(name)[:-1], "-f", "segment", "-segment_time", "2", "take-%03d.wav"],
        "jack_capture": [*plain(name)[:-1], "-Rf", str(2 * RATE), "-fp", "take-"],
    }[name]
    player = bench.play([numbered(1, 14 * RATE)])
    time.sleep(1.5)
    ended = bench.end(bench.start(words), wait=9)
    bench.end(player, signal.SIGTERM)
    numbers, files = [], bench.files()
    for path in files:
        numbers += [number for number in bench.samples(path) if number > 0]
    # A recorder's own dither changes numbers by one, but not how far the last is from the first.
    lost = max(0, numbers[-1] - numbers[0] + 1 - len(numbers))
    text = f"{len(files)} files, {lost} frames lost between them"
    return f"{text}; {ended}"


def restart(bench, name):
    words = {
        "sd-rec": [*plain(name), "--split", "1:00:00"],
        "ffmpeg": [*plain(name)[:1], "-y", *plain(name)[1:]],
        "jack_capture": [*plain(name)[:-1], "-fp", "take-"],
    }.get(name, plain(name))
    player = bench.play([numbered(1, 12 * RATE)])
    time.sleep(1)
    bench.end(bench.start(words), wait=2)
    first = bench.files()[0]
    with open(first, "rb") as file:
        before = file.read()
    bench.end(bench.start(words), wait=2)
    bench.end(player, signal.SIGTERM)
    with open(first, "rb") as file:
        kept = file.read() == before
    return "a second file" if kept and len(bench.files()) == 2 else "the first take is gone"


def trigger(bench, name):
    base = plain(name)
    words = {
        "sd-rec": [*base, "--trigger", "-20", "--before", "1", "--hold", "1"],
        "sox": [*base, "silence", "1", "0.05", "-20d", "1", "1", "-20d"],
        "ffmpeg": [*base[:-1], "-af", "silenceremove=start_periods=1:start_duration=0.05:"
                   "start_threshold=-20dB", base[-1]],
    }.get(name)
    if words is None:
        return None
    process = bench.start(words)
    time.sleep(1)
    quiet = bytes(4 * 3 * RATE)
    player = bench.play([quiet, numbered(1, RATE // 2), quiet])
    bench.end(player, wait=LIMIT)
    bench.end(process, wait=0.5)
    numbers = bench.samples(bench.files()[0])
    heard = [number for number in numbers if number > 0]
    if not heard:
        return "nothing"
    ahead = next(index for index, number in enumerate(numbers) if number > 0)
    return (f"{heard[0] - 1} frames of the sound lost, {ahead / RATE:.3f} s kept ahead of it, "
            f"{(len(numbers) - ahead - len(heard)) / RATE:.1f} s after it")


def found(path):
    """What sndfile-info, a reader that is none of them, finds in a file."""
    info = subprocess.run(["sndfile-info", path], capture_output=True, text=True)
    frames = [line.split(":")[1].strip() for line in info.stdout.split("\n")
              if line.startswith("Frames")]
    count = int(frames[0], 0) if frames else 0
    size = os.path.getsize(path) // 4 if os.path.exists(path) else 0
    if count > 3600 * RATE:
        return f"{size / RATE:.1f} s written, the header says hours"
    return f"{size / RATE:.1f} s written, {count / RATE:.1f} s found"


def killed(bench, name):
    player = bench.play([numbered(1, 12 * RATE)])
    time.sleep(1)
    process = bench.start(plain(name))
    bench.end(process, signal.SIGKILL, wait=5)
    bench.end(player, signal.SIGTERM)
    return found(bench.files()[0])


def waiting(bench, name):
    """Processor time of ten seconds of waiting, and of recording."""
    words = {
        "sd-rec": [*plain(name), "--trigger", "-20"],
        "sox": [*plain(name), "silence", "1", "0.05", "-20d"],
        "ffmpeg": [*plain(name)[:-1], "-af", "silenceremove=start_periods=1:start_duration=0.05:"
                   "start_threshold=-20dB", "take.wav"],
    }.get(name)
    if words is None:
        return None
    spent = []
    for command in (words, plain(name)):
        bench.clear()
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        bench.end(bench.start(command), wait=10)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(sum(getattr(after, key) - getattr(before, key)
                         for key in ("ru_utime", "ru_stime")))
    return f"{1000 * spent[0]:.0f} ms, recording {1000 * spent[1]:.0f} ms"


def lost_and_back(bench, name, server):
    """Seconds recorded before and after the server was away for 3 s, and how the recorder ends."""
    words = plain(name)
    if name == "sd-rec":
        words = [*words, "--reopen", "--wait", "30"]
    player = bench.play([numbered(1, 12 * RATE)])
    time.sleep(1)
    process = bench.start(words)
    time.sleep(3)
    server.process.kill()
    server.process.wait()
    bench.end(player, signal.SIGTERM)
    time.sleep(3)
    after = 14 * RATE
    with rig.jack(bench.folder, period=1024) as again:
        bench.use(again)
        player = bench.play([numbered(after, 12 * RATE)])
        ended = bench.end(process, wait=6)
        bench.end(player, signal.SIGTERM)
    numbers = bench.samples(bench.files()[0]) if bench.files() else []
    early = sum(1 for number in numbers if 0 < number < after)
    late = sum(1 for number in numbers if number >= after)
    return f"{early / RATE:.1f} s before, {late / RATE:.1f} s after it; {ended}"


def disk_full(bench, name):
    disk = os.path.join(bench.folder, "disk")
    os.makedirs(disk, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], check=True)
    try:
        player = bench.play([numbered(1, 14 * RATE)])
        time.sleep(1)
        path = os.path.join(disk, "take.wav")
        ended = bench.end(bench.start(plain(name, path)), wait=10)
        bench.end(player, signal.SIGTERM)
        return f"{ended}; {found(path)}"
    finally:
        subprocess.run(["umount", "-l", disk], check=True)


TASKS = [
    ("a new file every 2 s, for 9 s", rotate),
    ("started again with the same words", restart),
    ("3 s of silence, then half a second of sound", trigger),
    ("CPU time of waiting for a sound for 10 s", waiting),
    ("killed (KILL) after 5 s", killed),
    ("a disk of 1 MiB (5.5 s), for 10 s", disk_full),
    ("the server killed after 3 s, and back 3 s later", lost_and_back),
]


def versions():
    """A line for each of them, as its package has it."""
    packages = {"arecord": "alsa-utils", "sox": "sox", "ffmpeg": "ffmpeg",
                "jack_capture": "jack-capture", "jackd": "jackd2"}
    for name, package in packages.items():
        done = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package],
                              capture_output=True, text=True)
        yield f"{name} {done.stdout or 'unknown'}"


def main(programs, target):
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(programs, folder)
        for title, task in TASKS:
            cells = []
            for name in NAMES:
                bench.clear()
                with rig.jack(folder, period=1024) as server:
                    bench.use(server)
                    extra = [server] if task is lost_and_back else []
                    try:
                        cells.append(task(bench, name, *extra) or "has no such function")
                    except (IndexError, StopIteration):
                        cells.append("no file")
                print(f"{title}: {name}: {cells[-1]}", flush=True)
            rows.append([title, *cells])
    about = " ".join(__doc__.split("small disk. ")[1].split())
    lines = ["# Recorders left alone", "",
             f"Tests/Rig/recorders.py wrote this; each cell is one run. {about}", "",
             f"Versions: {', '.join(versions())}; {platform.system()} {platform.release()}, "
             f"{os.cpu_count()} cores.", "",
             "| task | " + " | ".join(NAMES) + " |", "| --- " * (len(NAMES) + 1) + "|"]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    lines += ["", "The commands, to which the script adds what a task needs: `--split`, `--trigger` and "
              "`--reopen` of", "sd-rec, `--max-file-time` of arecord, `newfile` and `silence` of sox, "
              "`segment` and", "`silenceremove` of ffmpeg, `-Rf` and `-fp` of jack_capture.", ""]
    lines += [f"    {' '.join(plain(name))}" for name in NAMES]
    with open(target, "w") as file:
        file.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    # Where it is ignored, as in the background of a shell, the programs would ignore it too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    main(os.path.abspath(sys.argv[1]), sys.argv[2])
