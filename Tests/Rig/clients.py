#!/usr/bin/env python3
"""Runs the sd tools between the programs that people have, and prints what came of it.

clients.py DIRECTORY-OF-THE-PROGRAMS [ROW...]

Each row is one pipeline. What comes out is measured: the tone of each channel, its level and the
length; 440 Hz at 0.5 on the left and 1000 Hz at 0.25 on the right went in. The exit status is 1 if
a row is wrong; a program that is not installed is named and left out.
"""
import array
import cmath
import math
import os
import shutil
import subprocess
import sys
import tempfile
import wave

RATE, SECONDS = 48000, 2
LEFT, RIGHT = (440, 0.5), (1000, 0.25)
# The packages of `make clients` are for the system's Python, which may not be the first.
PYTHON = "/usr/bin/python3" if os.path.exists("/usr/bin/python3") else "python3"


def make_tone(path):
    samples = array.array("h")
    for frame in range(RATE * SECONDS):
        for hertz, level in (LEFT, RIGHT):
            samples.append(round(32767 * level * math.sin(2 * math.pi * hertz * frame / RATE)))
    with wave.open(path, "wb") as file:
        file.setparams((2, 2, RATE, 0, "NONE", ""))
        file.writeframes(samples.tobytes())


def level(samples, hertz, rate=RATE):
    """The level of a tone, from the middle second or all there is."""
    start = max(0, (len(samples) - rate) // 2)
    part = samples[start:start + rate]
    if not part:
        return 0.0
    turn = cmath.exp(-2j * math.pi * hertz / rate)
    phase, total = 1 + 0j, 0j
    for sample in part:
        total += sample * phase
        phase *= turn
    return 2 * abs(total) / len(part) / 32768


def tones(raw, tolerance=0.03, frames=None, slack=0):
    """A complaint about s16le stereo at 48 kHz, or None."""
    samples = array.array("h")
    samples.frombytes(raw[:len(raw) // 4 * 4])
    for name, channel, (hertz, wanted) in (("left", 0, LEFT), ("right", 1, RIGHT)):
        found = level(samples[channel::2], hertz)
        if abs(found - wanted) > tolerance:
            return f"{name}: {hertz} Hz at {found:.3f}, not {wanted}"
    frames = RATE * SECONDS if frames is None else frames
    if abs(len(samples) // 2 - frames) > slack:
        return f"{len(samples) // 2} frames, not {frames}"
    return None


def later(raw):
    """The same of the sound after silence."""
    first = next((index for index in range(0, len(raw) - 3, 4) if any(raw[index:index + 4])), 0)
    return tones(raw[first:first + 4 * RATE * SECONDS], slack=RATE // 4)


def exact(raw, wanted):
    return None if raw == wanted else f"{len(raw)} bytes that differ"


def words(*expected):
    def judge(raw):
        text = raw.decode(errors="replace")
        missing = [word for word in expected if word not in text]
        return f"no {missing[0]!r} in {text[:60]!r}" if missing else None
    return judge


def some(least):
    return lambda raw: None if len(raw) >= least else f"{len(raw)} bytes"


SNAPCAST = r"""
set +o pipefail
printf '[server]\ndatadir=%s\n[http]\nenabled=false\n[tcp]\nenabled=false\n[stream]\nport=14704\n' \
    "$PWD" > snap.conf
echo "source=pipe://$PWD/fifo?name=x&mode=create&sampleformat=48000:16:2" >> snap.conf
snapserver -c snap.conf --logging.sink null & server=$!
trap 'kill $server' EXIT
until [ -p fifo ]; do sleep 0.1; done
(sleep 2; sd-cat -t raw -f s16le tone.wav > fifo) &
snapclient -h 127.0.0.1 -p 14704 --player file:filename=stdout --logsink null |
    head -c 1152000 | sd-cat -q --from s16le:48000:2 -t raw -f s16le
"""

# Writers' headers or raw samples into sd-cat, and sd-cat's into readers: name, programs, the shell's
# line, the judge of what it writes.
OUT = "sd-cat -q -r 48k -c 2 -f s16le"
ROWS = [
    ("sox wav pipe", "sox", f"sox tone.wav -t wav - | {OUT}", lambda raw: tones(raw)),
    ("sox aiff pipe", "sox", f"sox tone.wav -t aiff - | {OUT}", lambda raw: tones(raw)),
    ("sox -p", "sox", "! sox tone.wav -p | sd-cat -t raw 2>&1", words("sd-cat: stdin:")),
    ("sox raw f32", "sox", f"sox tone.wav -t f32 - | {OUT}", lambda raw: tones(raw)),
    ("ffmpeg wav", "ffmpeg", f"ffmpeg -v error -i tone.wav -f wav - | {OUT}",
     lambda raw: tones(raw)),
    ("ffmpeg flac", "ffmpeg", f"ffmpeg -v error -i tone.wav -f flac - | {OUT}",
     lambda raw: tones(raw)),
    ("ffmpeg mp3, no ID3", "ffmpeg",
     f"ffmpeg -v error -i tone.wav -f mp3 -id3v2_version 0 -write_xing 0 - | {OUT}",
     lambda raw: tones(raw, 0.06, slack=4096)),
    ("ffmpeg s16le", "ffmpeg",
     "! ffmpeg -v error -i tone.wav -f s16le - | sd-play -D virtual:null 2>&1",
     words("looks like s16le")),
    ("ffmpeg m4a", "ffmpeg",
     "ffmpeg -v error -y -i tone.wav t.m4a && ! sd-play -D virtual:null 2>&1 < t.m4a",
     words("sd-play: stdin:")),
    ("mpg123", "mpg123 lame",
     f"lame --quiet tone.wav - | mpg123 -q -s - | sd-cat -q --from s16le -f s16le",
     lambda raw: tones(raw, 0.06, slack=4096)),
    ("espeak-ng", "espeak-ng", "espeak-ng --stdout hello | sd-cat -q -f s16le", some(20000)),
    ("csound", "csound",
     "csound -d -m0 -o stdout -h -f -O null t.csd 2>/dev/null | sd-cat -q --from f32le -f s16le",
     lambda raw: tones(raw)),
    ("gst raw", "gst-launch-1.0",
     "gst-launch-1.0 -q filesrc location=tone.wav ! wavparse ! audioconvert ! "
     f"audio/x-raw,format=F32LE ! fdsink | {OUT}", lambda raw: tones(raw)),
    ("mpv pcm", "mpv",
     f"mpv --no-config --really-quiet --ao=pcm --ao-pcm-file=/dev/stdout tone.wav | {OUT}",
     lambda raw: tones(raw, slack=4800)),
    ("twolame", "twolame",
     f"twolame --quiet -r -s 48000 -N 2 <(sd-cat -t raw tone.wav) - | {OUT}",
     lambda raw: tones(raw, 0.06, slack=4096)),
    ("ecasound", "ecasound",
     f"ecasound -q -f:s16_le,2,48000 -i tone.wav -o stdout 2>/dev/null | "
     "sd-cat -q --from s16le -f s16le", lambda raw: tones(raw, slack=4096)),
    ("pv -L", "pv", f"sd-cat tone.wav | pv -q -L 2M | {OUT}", lambda raw: tones(raw)),
    ("dd in odd blocks", "dd", f"sd-cat tone.wav | dd bs=777 2>/dev/null | {OUT}",
     lambda raw: tones(raw)),
    ("mbuffer", "mbuffer", f"sd-cat tone.wav | mbuffer -q -s 4k -m 64k | {OUT}",
     lambda raw: tones(raw)),
    ("tee and process substitution", "tee",
     "sd-cat tone.wav | tee >(cat > copy.raw) | "
     f"{OUT} && sleep 0.2 && cmp copy.raw <(sd-cat tone.wav)", lambda raw: tones(raw)),
    ("flac", "flac", f"sd-cat -t wav tone.wav | flac -s - | flac -s -d - | {OUT}",
     lambda raw: tones(raw)),
    ("flac is silent", "flac", "sd-cat -t wav tone.wav | flac -o /dev/null -f - 2>&1 | "
     "grep -i warning || true", lambda raw: exact(raw, b"")),
    ("flac tells the length", "flac metaflac",
     "sd-cat -t flac tone.wav > t.flac && metaflac --show-total-samples t.flac",
     lambda raw: exact(raw, b"96000\n")),
    ("lame", "lame", f"sd-cat -t wav tone.wav | lame --quiet - - | {OUT}",
     lambda raw: tones(raw, 0.06, slack=4096)),
    ("oggenc, oggdec", "oggenc oggdec",
     f"sd-cat -t wav tone.wav | oggenc -Q - | oggdec -Q -o - - | {OUT}",
     lambda raw: tones(raw, slack=64)),
    ("opusenc, opusdec", "opusenc opusdec",
     f"sd-cat -t wav tone.wav | opusenc --quiet - - | opusdec --quiet --force-wav - - | {OUT}",
     lambda raw: tones(raw, slack=1000)),
    ("ffmpeg reads wav", "ffmpeg",
     "sd-cat -t wav tone.wav | ffmpeg -v warning -i - -f s16le -", lambda raw: tones(raw)),
    ("ffmpeg reads au", "ffmpeg",
     "sd-cat -t au tone.wav | ffmpeg -v warning -i - -f s16le -", lambda raw: tones(raw)),
    ("sox reads wav", "sox", "sd-cat -t wav tone.wav | sox -t wav - -t s16 -",
     lambda raw: tones(raw)),
    ("sox reads raw", "sox",
     "sd-cat tone.wav | sox -t f32 -r 48000 -c 2 - -t s16 -", lambda raw: tones(raw)),
    ("mpg123 reads mp3", "mpg123", "sd-cat -t mp3 tone.wav | mpg123 -q -s -",
     lambda raw: tones(raw, 0.06, slack=4096)),
    ("python wave", "python3",
     "sd-cat -t wav tone.wav | python3 -c 'import sys,wave; w=wave.open(sys.stdin.buffer); "
     "print(w.getnframes(), w.getframerate())'", lambda raw: exact(raw, b"96000 48000\n")),
    ("python wave reads sd-rec's file", "python3",
     "sd-rec -q -D virtual:null -d 0.5 take.wav && python3 -c 'import wave; "
     "w=wave.open(\"take.wav\"); print(w.getnframes(), w.getsampwidth())'",
     lambda raw: exact(raw, b"24000 3\n")),
    ("minimodem", "minimodem",
     "echo hello world | minimodem --tx 1200 -f m.wav && "
     "sd-playrec -q -c 1 -D virtual:loopback m.wav back.wav && minimodem --rx 1200 -q -f back.wav",
     words("hello world")),
    ("multimon-ng", "multimon-ng sox",
     "sox -n -r 22050 -c 1 d.wav synth 0.3 sine 697 sine 1209 remix - gain -3 && "
     "sd-cat -f s16le -r 22050 -c 1 -q d.wav | multimon-ng -q -a DTMF -t raw -", words("DTMF: 1")),
    ("aubioonset", "aubioonset sox",
     "sox -n -r 44100 -c 1 c.wav synth 0.05 sine 1000 pad 0.5 0.5 && "
     "sd-cat -t wav c.wav > c2.wav && diff <(aubioonset c.wav) <(aubioonset c2.wav) && echo same",
     words("same")),
    ("rubberband", "rubberband",
     f"sd-cat -o in.wav tone.wav && rubberband -q -t 1 in.wav out.wav >/dev/null 2>&1 && {OUT} out.wav",
     lambda raw: tones(raw, 0.06, slack=2000)),
    ("sonic", "sonic",
     "sd-cat -c 1 -o in.wav tone.wav && sonic -s 2.0 in.wav out.wav && sd-cat -q -t raw out.wav",
     some(90000)),
    ("codec2", "c2enc c2dec",
     "sd-cat -q -f s16le -r 8000 -c 1 tone.wav | c2enc 3200 - - | c2dec 3200 - - | "
     "sd-cat -q --from s16le:8000:1 -f s16le", some(30000)),
    ("gsm", "toast untoast",
     "sd-cat -q -f s16be -r 8000 -c 1 -t au tone.wav > g.au && toast -c g.au | untoast -c | "
     "sd-cat -q --from ulaw:8000:1 -f s16le", some(30000)),
    ("GNU parallel", "parallel",
     "for i in 1 2 3 4; do cp tone.wav p$i.wav; done; parallel -j2 sd-cat -o {.}.flac {} ::: p?.wav"
     f" && {OUT} p4.flac", lambda raw: tones(raw)),
    ("sndfile-cmp", "sndfile-cmp",
     "sd-cat -o a.flac tone.wav && sndfile-cmp a.flac tone.wav && echo same", words("same")),
    ("soundfile", "python3 :soundfile",
     f"sd-cat -t flac tone.wav | {PYTHON} -c 'import sys,io,soundfile; "
     "d,r=soundfile.read(io.BytesIO(sys.stdin.buffer.read())); print(len(d), r)' 2>&1",
     lambda raw: exact(raw, b"96000 48000\n")),
    ("scipy", "python3 :scipy",
     f"sd-cat -t wav tone.wav | {PYTHON} -W error -c 'import sys,io; from scipy.io import wavfile; "
     "r,d=wavfile.read(io.BytesIO(sys.stdin.buffer.read())); print(len(d), r)' 2>&1",
     lambda raw: exact(raw, b"96000 48000\n")),
    ("Snapcast", "snapserver snapclient", SNAPCAST, later),
    ("a loopback of ours", "", "sd-cat tone.wav | sd-playrec -q -D virtual:loopback "
     "--compensate 256 --no-dither --record-format s16le", lambda raw: tones(raw)),
]

CSOUND = """<CsoundSynthesizer>
<CsOptions>
</CsOptions>
<CsInstruments>
sr=48000
ksmps=1
nchnls=2
0dbfs=1
instr 1
a1 oscili 0.5, 440, 1
a2 oscili 0.25, 1000, 1
outs a1, a2
endin
</CsInstruments>
<CsScore>
f1 0 16384 10 1
i1 0 2
e
</CsScore>
</CsoundSynthesizer>
"""


def is_there(word):
    """Whether a program, or with a colon a module of Python's, is installed."""
    if not word.startswith(":"):
        return shutil.which(word) is not None
    return not subprocess.run(
        [PYTHON, "-c", f"import {word[1:]}"], capture_output=True).returncode


def main():
    environment = dict(os.environ, LC_ALL="C", SD_VIRTUAL="pace=fast")
    environment["PATH"] = os.path.abspath(sys.argv[1]) + os.pathsep + environment["PATH"]
    for name in [name for name in environment if name.startswith("SD_") and name != "SD_VIRTUAL"]:
        del environment[name]
    wrong = absent = 0
    with tempfile.TemporaryDirectory() as folder:
        make_tone(os.path.join(folder, "tone.wav"))
        with open(os.path.join(folder, "t.csd"), "w") as file:
            file.write(CSOUND)
        rows = [row for row in ROWS if len(sys.argv) < 3 or row[0] in sys.argv[2:]]
        for name, programs, line, judge in rows:
            missing = [word for word in programs.split() if not is_there(word)]
            if missing:
                absent += 1
                print(f"{name:34} absent: {missing[0]}")
                continue
            try:
                run = subprocess.run(
                    ["bash", "-o", "pipefail", "-c", line], cwd=folder, env=environment,
                    stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
                complaint = judge(run.stdout) or (
                    f"status {run.returncode}" if run.returncode else None)
                said = run.stderr.decode(errors="replace").strip().splitlines()
            except subprocess.TimeoutExpired:
                complaint, said = "no end within 60 s", []
            wrong += complaint is not None
            print(f"{name:34} {complaint or 'right'}" + (f"  [{said[0][:90]}]" if said else ""))
    print(f"{len(rows) - wrong - absent} right, {wrong} wrong, {absent} absent")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
