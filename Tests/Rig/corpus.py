#!/usr/bin/env python3
"""Compares sd-cat with other decoders on any folder of sound files.

corpus.py PROGRAMS FOLDER [KNOWN]

Decodes each file with sd-cat as a file, from standard input and from a pipe, and with the
references that know its type: flac, mpg123, oggdec, opusdec, sox, ffmpeg. Prints a table and the
reason of each difference:

  agree     the same frames as a reference, or both find damage
  refused   neither reads it, or sd-cat refuses by name what it does not read
  short     fewer frames than the reference, with a line that says so
  differ    other frames, fewer frames without a line, three ways that differ, or a failure where
            a reference reads it

KNOWN lists differences that are understood: a line `path-suffix: reason`. Fails on any other.
"""

import array
import json
import math
import pathlib
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

TIMEOUT = 60
# Types that sd-cat refuses to read from a pipe.
UNPIPED = {"sd2", "sds", "voc", "htk"}
# Codecs in blocks: the header says how much of the last one is sound, and others give all of it.
BLOCKS = {"ima_adpcm": 4096, "ms_adpcm": 4096, "gsm610": 320}
SUFFIXES = {
    ".wav", ".wave", ".rf64", ".bw64", ".aif", ".aiff", ".aifc", ".au", ".snd", ".caf", ".w64",
    ".flac", ".oga", ".ogg", ".opus", ".mp3", ".mp2", ".mp1", ".spx", ".m4a", ".mp4", ".aac",
    ".wma", ".ape", ".wv", ".mka", ".webm", ".voc", ".sph", ".nist", ".iff", ".8svx", ".avr",
}


def run(command, **options):
    try:
        done = subprocess.run(command, capture_output=True, timeout=TIMEOUT, **options)
    except subprocess.TimeoutExpired:
        return 124, b"", "no end"
    except FileNotFoundError:
        return 127, b"", "not installed"
    return done.returncode, done.stdout, done.stderr.decode(errors="replace").strip()


class Ours:
    """What sd-cat makes of a file: f32le in three ways."""

    def __init__(self, program, path):
        arguments = [program, "--no-dither", "-f", "f32le"]
        self.status, self.data, self.words = run([*arguments, path])
        _, description, _ = run([program, "--json", path])
        facts = (json.loads(description or "[]") or [{}])[0]
        self.rate, self.channels = int(facts.get("rate", 0)), facts.get("channels", 0)
        self.type, self.codec = facts.get("type"), facts.get("codec")
        # Not every type is known without a name.
        if self.type:
            arguments += ["--from", self.type]
        with open(path, "rb") as file:
            self.ways = {"<": run(arguments, stdin=file)}
        if self.type not in UNPIPED:
            with subprocess.Popen(["cat", path], stdout=subprocess.PIPE) as cat:
                self.ways["|"] = run(arguments, stdin=cat.stdout)
                cat.stdout.close()
                cat.wait()

    @property
    def frames(self):
        return len(self.data) // 4 // self.channels if self.channels else 0


def floats(data):
    samples = array.array("f")
    samples.frombytes(data[: len(data) // 4 * 4])
    return samples


def from_integers(data, kind, scale):
    samples = array.array(kind)
    samples.frombytes(data[: len(data) // samples.itemsize * samples.itemsize])
    return array.array("f", (sample / scale for sample in samples))


def references(path, ours, scratch):
    """The references for a file: name, samples as floats, how near they must be (as a ratio of
    full scale), or None for the samples where it fails."""
    head = open(path, "rb").read(64)
    rate, channels = str(ours.rate or 48000), str(ours.channels or 2)
    wav = scratch / "reference.wav"
    if head.startswith(b"fLaC"):
        status, data, words = run(["flac", "-dcs", "--force-raw-format", "--endian=little",
                                   "--sign=signed", path])
        _, bits, _ = run(["metaflac", "--show-bps", path])
        depth = int(bits or 0)
        if status == 0 and depth in (16, 32):
            kind, scale = ("h", 32768.0) if depth == 16 else ("i", 2147483648.0)
            yield "flac", from_integers(data, kind, scale), 1e-7
            return
    if b"OpusHead" in head:
        status, _, _ = run(["opusdec", "--quiet", "--float", "--force-wav", "--rate", rate, path,
                            str(wav)])
        if status == 0:
            status, data, _ = run(["ffmpeg", "-v", "quiet", "-i", str(wav), "-f", "f32le", "-"])
            yield "opusdec", floats(data), 1e-3
            return
    if b"\x01vorbis" in head:
        status, data, _ = run(["ffmpeg", "-v", "quiet", "-i", path, "-f", "f32le", "-"])
        count, length, _ = run(["oggdec", "-Q", "-R", "-o", "-", path])
        if count == 0:
            yield "oggdec", from_integers(length, "h", 32768.0), 4e-5
            return
    if path.lower().endswith((".mp3", ".mp2", ".mp1")) or head.startswith(b"ID3"):
        status, data, _ = run(["mpg123", "-q", "-e", "f32", "--resync-limit", "-1", "-s", path])
        if data:
            yield "mpg123", floats(data), 1e-6
            return
    status, data, _ = run(["ffmpeg", "-v", "quiet", "-nostdin", "-i", path, "-vn", "-ar", rate,
                           "-ac", channels, "-f", "f32le", "-"])
    if status == 0 and data:
        yield "ffmpeg", floats(data), 1e-6
    status, data, _ = run(["sox", "-D", path, "-t", "f32", "-"])
    if status == 0 and data:
        yield "sox", floats(data), 1e-6


def distance(ours, theirs):
    """The greatest difference of samples, full scale being 1; what a reference clips is no
    difference."""
    worst = 0.0
    for one, other in zip(ours, theirs):
        if math.isfinite(one) and math.isfinite(other):
            worst = max(worst, abs(max(-1.0, min(1.0, one)) - max(-1.0, min(1.0, other))))
    return worst


def judge(program, path):
    with tempfile.TemporaryDirectory() as scratch:
        return compare(program, path, pathlib.Path(scratch))


def compare(program, path, scratch):
    ours = Ours(program, path)
    if ours.status < 0 or ours.status > 2:
        return "differ", f"status {ours.status}: {ours.words}"
    samples = floats(ours.data)
    best = None
    for name, theirs, near in references(path, ours, scratch):
        same = len(theirs) == len(samples)
        worst = distance(samples, theirs)
        filled = (len(theirs) - len(samples)) // max(1, ours.channels)
        if worst <= near and (same or 0 < filled < BLOCKS.get(ours.codec, 0)):
            best = ("agree", name)
            break
        if "goes on with" in ours.words:
            best = ("agree", "the format changes, which only sd-cat follows")
            break
        if best is None or best[0] != "short":
            frames = len(theirs) // max(1, ours.channels)
            words = f"{ours.frames} frames, {name} {frames}, greatest difference {worst:.2g}"
            if len(samples) < len(theirs) and ours.status == 1 and ours.data:
                best = ("short", f"{words}: {ours.words}")
            elif not ours.data and ours.status == 1:
                unread = "not read here" in ours.words or "cannot be read" in ours.words
                best = ("refused" if unread else "differ", ours.words)
            else:
                best = ("differ", words)
    if best is None:
        best = ("refused", ours.words) if not ours.data else ("agree", "no reference reads it")
    if best[0] in ("agree", "short") and ours.data:
        for way, (status, data, words) in ours.ways.items():
            if data != ours.data or status != ours.status:
                return "differ", (f"as a file {len(ours.data)} bytes, status {ours.status}; "
                                  f"by {way} {len(data)} bytes, status {status}: {words}")
    return best


def main():
    programs, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    known = {}
    if len(sys.argv) > 3 and pathlib.Path(sys.argv[3]).exists():
        for line in pathlib.Path(sys.argv[3]).read_text().splitlines():
            if line and not line.startswith("#"):
                suffix, _, reason = line.partition(": ")
                known[suffix] = reason
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix.lower() in SUFFIXES)
    if not files:
        sys.exit(f"corpus: no sound files in {folder}")
    counts = Counter()
    unknown = 0
    with ProcessPoolExecutor() as pool:
        judged = pool.map(judge, [f"{programs}/sd-cat"] * len(files), map(str, files))
        for path, (verdict, reason) in zip(files, judged):
            counts[path.suffix.lower(), verdict] += 1
            if verdict == "agree":
                continue
            understood = next((w for s, w in known.items() if str(path).endswith(s)), None)
            if verdict == "differ" and understood is None:
                unknown += 1
            note = f" (known: {understood})" if understood else ""
            print(f"{verdict}: {path.relative_to(folder)}: {reason.splitlines()[0]}{note}",
                  flush=True)
    verdicts = ["agree", "refused", "short", "differ"]
    print(f"\n{'':8}" + "".join(f"{verdict:>9}" for verdict in verdicts))
    for suffix in sorted({suffix for suffix, _ in counts}):
        print(f"{suffix:8}" + "".join(f"{counts[suffix, verdict]:9}" for verdict in verdicts))
    totals = [sum(counts[key] for key in counts if key[1] == verdict) for verdict in verdicts]
    print(f"{'all':8}" + "".join(f"{total:9}" for total in totals))
    if unknown:
        sys.exit(f"corpus: {unknown} differences that are not known")


if __name__ == "__main__":
    main()
