#!/usr/bin/env python3
"""Compares the losses that sd-rec and sd-play report on JACK with those that really happened.

skips.py BIN [--periods FRAMES ...] [--misses COUNT | --quiet SECONDS] [--markdown FILE]

A JACK server leaves a late client out of a period without a word. On one server for each period
size, a probe sends the number of every frame to sd-rec and reads what the server's loopback played of sd-play's,
so that each missing frame is known. With --misses both programs are stopped for moments until each has
missed so many periods; with --quiet they run undisturbed on whatever else the machine does, and
each report without a loss is a false alarm. --markdown replaces a section of docs/clocks.md.
"""
import argparse
import array
import concurrent.futures
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import rig  # noqa: E402

RATE = 48000
RANGE = 1 << 24
# A loss may be found this many frames from its place.
NEAR = RATE
# Frames to check at once.
CHUNK = 64


class Recording:
    """The numbered frames that sd-rec delivers. `losses` are (frame, frames) where numbers are
    missing for good; a run of old numbers is a period in which the probe did not send."""

    def __init__(self, pipe):
        self.pipe, self.losses, self.repeats, self.unsent = pipe, [], 0, 0
        self.count, self.missing = 0, 0
        self.expected = None
        self.thread = threading.Thread(target=self.read)
        self.thread.start()

    def read(self):
        rest = b""
        while data := self.pipe.read1(1 << 16):
            data = rest + data
            whole = len(data) // 4 * 4
            rest = data[whole:]
            self.check(array.array("f", data[:whole]))

    def check(self, samples):
        expected = self.expected
        if expected is None:
            # Before the ports are connected.
            silent = next((i for i, sample in enumerate(samples) if sample), len(samples))
            self.count += silent
            samples = samples[silent:]
        for start in range(0, len(samples), CHUNK):
            chunk = samples[start:start + CHUNK]
            first, last = (int(chunk[i] * RANGE + 0.5) for i in (0, -1))
            # No period is shorter than a chunk, so that its ends show whether it is whole.
            if first == expected and last == first + len(chunk) - 1:
                self.count += len(chunk)
                expected = (last + 1) % RANGE
            else:
                expected = self.examine(chunk, expected)
        self.expected = expected

    def examine(self, samples, expected):
        """Goes through the frames one by one; returns the number that should follow."""
        for sample in samples:
            number = int(sample * RANGE + 0.5)
            if number != expected and expected is not None:
                step = (number - expected + RANGE // 2) % RANGE - RANGE // 2
                if step > 0:
                    self.losses.append((self.count, step))
                    self.missing += step
                else:
                    # What stands in the place of the frame that should be here.
                    self.unsent += 1
                    number = expected
            expected = (number + 1) % RANGE
            self.count += 1
        return expected


class Playing:
    """Writes numbered frames to sd-play until it is stopped."""

    def __init__(self, pipe):
        self.pipe, self.stopping = pipe, False
        self.thread = threading.Thread(target=self.write)
        self.thread.start()

    def write(self):
        first = 1
        try:
            while not self.stopping:
                self.pipe.write(array.array(
                    "f", [(n % RANGE) / RANGE for n in range(first, first + 4800)]).tobytes())
                first += 4800
            self.pipe.close()
        except BrokenPipeError:
            pass


class Playback:
    """What the probe heard of sd-play: `losses` are (frame, frames) of the device's time in which
    it played silence or old frames. `overwritten` frames came too late and were never played."""

    def __init__(self, pipe):
        self.pipe, self.losses, self.missing, self.unseen = pipe, [], 0, 0
        self.overwritten = 0
        self.wraps, self.last = 0, 0
        self.thread = threading.Thread(target=self.read)
        self.thread.start()

    def read(self):
        for line in self.pipe:
            name, number, frames = line.decode().split()
            number, frames = int(number), int(frames)
            if name == "missed":
                self.unseen += frames
                continue
            if number < self.last - RANGE // 2:
                self.wraps += 1
            self.last = number
            if name == "lost":
                self.overwritten += frames
                continue
            # The first frame has the number 1.
            self.losses.append((number + self.wraps * RANGE, frames))
            self.missing += frames


def reported(path, direction):
    """The (frame, frames) of the losses in a feed, and its last line. The frames of output are
    counted without silence that was inserted, as the numbers are."""
    with open(path) as file:
        lines = [json.loads(line) for line in file]
    losses, inserted = [], 0
    for line in lines:
        if line["event"] == "loss" and line["direction"] == direction:
            losses.append((line["frame"] - inserted, line["frames"]))
            if direction == "output" and line["cause"] == "underflow":
                inserted += line["frames"]
    return losses, lines[-1]


def compare(truth, reports):
    """Pairs losses with reports of the same length nearby, then what is left by frames nearby.
    Returns: frames of `truth` found, losses found in place, frames reported without a loss,
    reports without a loss."""
    in_place = len(set(truth) & set(reports))
    open_truth = sorted(truth)
    found = false_frames = false_alarms = 0
    for frame, frames in sorted(reports):
        left = frames
        for index, (place, missing) in enumerate(open_truth):
            if left == 0 or place > frame + NEAR:
                break
            if missing and place >= frame - NEAR:
                share = min(left, missing)
                open_truth[index] = (place, missing - share)
                left -= share
                found += share
        false_frames += left
        false_alarms += left > 0
    return found, in_place, false_frames, false_alarms


def measure(directory, period, misses, seconds):
    """Runs both programs on one server; returns a row of results for each direction."""
    with tempfile.TemporaryDirectory(prefix="sd-skips-") as folder:
        probe_path = rig.build_probe(folder)
        with rig.jack(folder, period) as server:
            probe = subprocess.Popen([probe_path, "numbers", "probe", "loopback:capture_1"], env=server.environment,
                                     stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
            programs = []
            try:
                probe.stdout.readline()
                raw = ["-q", "-c", "1", "-t", "raw", "-f", "f32le", "-r", str(RATE)]
                feeds = [os.path.join(folder, name) for name in ("rec", "play")]

                def start(name, device, feed, **streams):
                    with open(feed, "wb") as file, open(feed + ".log", "wb") as log:
                        program = subprocess.Popen(
                            [os.path.join(directory, name), "-D", device, *raw,
                             "--status-fd", str(file.fileno())], env=server.environment,
                            pass_fds=[file.fileno()], stderr=log, **streams)
                    program.log = log.name
                    programs.append(program)
                    return program

                recorder = start("sd-rec", "probe", feeds[0], stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE)
                player = start("sd-play", "loopback", feeds[1], stdin=subprocess.PIPE)
                recording, playing = Recording(recorder.stdout), Playing(player.stdin)
                playback = Playback(probe.stdout)
                begin = time.monotonic()
                time.sleep(2)
                if misses:
                    disturb(programs, period, lambda: min(recording.missing, playback.missing)
                            >= misses * period, begin + seconds)
                else:
                    while time.monotonic() < begin + seconds and not ended(programs):
                        time.sleep(0.5)
                # Whatever happened last must be found.
                time.sleep(2)
                elapsed = time.monotonic() - begin
                for name, program in zip(("sd-rec", "sd-play"), programs):
                    if program.poll() is not None:
                        with open(program.log) as file:
                            raise RuntimeError(f"{name} at {period} frames ended after "
                                               f"{elapsed:.0f} s: {file.read()}")
                for program in programs:
                    program.send_signal(signal.SIGTERM)
                playing.stopping = True
                for program in programs:
                    program.wait(120)
                xruns = server.xruns()
            finally:
                for program in [*programs, probe]:
                    program.terminate()
                    program.wait()
            for part in (recording, playing, playback):
                part.thread.join()
            rows = []
            for name, truth, direction, path, unknown in (
                    ("sd-rec", recording.losses, "input", feeds[0], recording.unsent),
                    ("sd-play", playback.losses, "output", feeds[1], playback.unseen)):
                reports, end = reported(path, direction)
                found, in_place, false_frames, alarms = compare(truth, reports)
                rows.append({
                    "program": name, "period": period, "seconds": round(elapsed), "xruns": xruns,
                    "losses": len(truth), "missed": sum(f for _, f in truth) / period,
                    "found": found / period, "in place": in_place,
                    "false": false_frames / period, "alarms": alarms,
                    "unknown": unknown / period, "end": end[direction],
                    "truth": truth, "reports": reports,
                    "overwritten": playback.overwritten / period})
            return rows


def ended(programs):
    return any(program.poll() is not None for program in programs)


def disturb(programs, period, is_done, deadline):
    """Stops the programs for one to four periods at random, in turn."""
    chance = random.Random(period)
    while not is_done() and time.monotonic() < deadline and not ended(programs):
        for program in programs:
            time.sleep(chance.uniform(0.15, 0.35))
            program.send_signal(signal.SIGSTOP)
            time.sleep(period / RATE * chance.uniform(1, 4))
            program.send_signal(signal.SIGCONT)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bin", help="where the programs are")
    parser.add_argument("--periods", nargs="+", type=int, default=[64, 256, 1024])
    parser.add_argument("--misses", type=int, default=1000)
    parser.add_argument("--quiet", type=int, help="seconds without any stop")
    parser.add_argument("--raw", help="also write everything as JSON")
    parser.add_argument("--markdown", help="the page whose section to replace")
    options = parser.parse_args()
    misses = 0 if options.quiet else options.misses
    seconds = options.quiet or options.misses * 3
    with concurrent.futures.ProcessPoolExecutor(len(options.periods)) as pool:
        jobs = [pool.submit(measure, options.bin, period, misses, seconds)
                for period in options.periods]
        rows = []
        for job in jobs:
            try:
                rows += job.result()
            except (RuntimeError, subprocess.TimeoutExpired) as error:
                print(error, file=sys.stderr)
    if options.raw:
        with open(options.raw, "w") as file:
            json.dump(rows, file)
    lines = ["| program | period | seconds | server xruns | losses | periods missed | found | "
             "in place | share | reported without a loss |",
             "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"]
    for row in rows:
        share = f"{row['found'] / row['missed']:.2%}" if row["missed"] else ""
        lines.append(
            f"| {row['program']} | {row['period']} | {row['seconds']} | {row['xruns']} | "
            f"{row['losses']} | {row['missed']:g} | {row['found']:g} | {row['in place']} | {share} "
            f"| {row['false']:g} periods in {row['alarms']} reports |")
    table = "\n".join(lines)
    print(table)
    if options.markdown:
        rig.write_section(options.markdown, "quiet" if options.quiet else "misses", table)


if __name__ == "__main__":
    main()
