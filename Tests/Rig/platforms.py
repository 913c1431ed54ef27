#!/usr/bin/env python3
"""Writes what scripts/distros found, a column for each Debian.

platforms.py RESULTS FILE.md
"""
import collections
import datetime
import os
import re
import sys
import xml.etree.ElementTree

LIBRARIES = [
    ("libc", "glibc"), ("PortAudio", "portaudio19"), ("libsndfile", "libsndfile"),
    ("JACK", "jackd2"), ("PulseAudio", "pulseaudio"), ("PipeWire", "pipewire"),
    ("WirePlumber", "wireplumber"), ("SoX", "sox"), ("sox_ng", "sox-ng"),
    ("alsa-utils", "alsa-utils"),
]
ORDER = ["bookworm", "trixie", "sid"]


def text_of(*path):
    try:
        with open(os.path.join(*path), errors="replace") as file:
            return file.read()
    except FileNotFoundError:
        return ""


class Platform:
    """One Debian: its versions, and the outcome of each test by suite."""

    def __init__(self, folder):
        self.name = os.path.basename(folder)
        self.debian = text_of(folder, "debian").strip()
        self.versions = dict(
            line.split(None, 1) for line in text_of(folder, "versions").splitlines() if " " in line)
        self.swift = text_of(folder, "swift").strip()
        self.status = text_of(folder, "status").strip()
        self.suites = collections.defaultdict(collections.Counter)
        self.failed, self.skipped = [], []
        log = text_of(folder, "log")
        # What programs print on terminals is in it unescaped.
        written = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "?", text_of(folder, "tests.xml"))
        root = xml.etree.ElementTree.fromstring(written)
        for case in root.iter("testcase"):
            suite = case.get("classname", "").split(".")[-1]
            name = f"{suite}.{case.get('name', '').split('(')[0]}"
            if case.find("failure") is not None:
                outcome = "failed"
                self.failed.append(name)
            elif case.find("skipped") is not None:
                outcome = "skipped"
                self.skipped.append(name)
            else:
                outcome = "passed"
            self.suites[suite][outcome] += 1
        self.summary = re.findall(r"Test run with .*", log)

    def cell(self, suite):
        counts = self.suites.get(suite)
        if not counts:
            return "–"
        ran = counts["passed"] + counts["failed"]
        words = f"{counts['passed']} of {ran}" if ran else ""
        if counts["skipped"]:
            words += f"{', ' if words else ''}{counts['skipped']} skipped"
        return words

    def total(self):
        return sum(self.suites.values(), collections.Counter())


def row(*cells):
    return "| " + " | ".join(cells) + " |\n"


def table(platforms, heading, rows):
    head = row(heading, *(p.name for p in platforms))
    return head + row(*["---"] * (len(platforms) + 1)) + "".join(row(*cells) for cells in rows)


def bullets(platform, names, package_root):
    notes = known(package_root)
    return "".join(
        f"- `{name}`{': ' + notes[platform.name, name] if (platform.name, name) in notes else ''}\n"
        for name in sorted(set(names))) + "\n"


def known(folder):
    """What is known about a failure: lines RELEASE TEST: NOTE."""
    notes = {}
    for line in text_of(folder, "platforms-known.txt").splitlines():
        match = re.match(r"(\S+) (\S+): (.+)", line)
        if match:
            notes[match[1], match[2]] = match[3]
    return notes


def main(results, target):
    here = os.path.dirname(os.path.abspath(__file__))
    names = [n for n in ORDER if os.path.exists(os.path.join(results, n, "tests.xml"))]
    platforms = [Platform(os.path.join(results, name)) for name in names]
    suites = sorted({suite for p in platforms for suite in p.suites})
    with open(target, "w") as out:
        out.write(
            "# What works where\n\n"
            "`make distros` wrote this on "
            f"{datetime.date.today().isoformat()}. On each Debian, made by debootstrap and without "
            "Swift, it\ninstalls the same package, built on Debian 12, and runs the end-to-end tests "
            "against it:\nthe programs alone, every command of the README and every example of the "
            "manual, and the programs\nwith that Debian's own JACK, PulseAudio and PipeWire and "
            "beside its own SoX, FLAC, FFmpeg and\nlibsndfile. Nothing here has a sound card.\n\n")
        out.write(table(platforms, "", [
            ["Debian", *(p.debian for p in platforms)],
            *([title, *(p.versions.get(source, "–") for p in platforms)]
              for title, source in LIBRARIES),
            ["builds from source with Swift", *(p.swift or "not tried" for p in platforms)],
            ["tests passed", *(str(p.total()["passed"]) for p in platforms)],
            ["tests failed", *(str(p.total()["failed"]) for p in platforms)],
            ["tests skipped", *(str(p.total()["skipped"]) for p in platforms)],
        ]))
        out.write("\n## Failures\n\n")
        for platform in platforms:
            if platform.failed:
                out.write(f"On {platform.name}:\n\n{bullets(platform, platform.failed, here)}")
            else:
                out.write(f"On {platform.name}: none.\n\n")
        out.write("## Skipped\n\n")
        for platform in platforms:
            if platform.skipped:
                out.write(f"On {platform.name}, because a program that they need is missing:\n\n"
                          f"{bullets(platform, platform.skipped, here)}")
        out.write("## By suite\n\n" + table(
            platforms, "suite", [[suite, *(p.cell(suite) for p in platforms)] for suite in suites]))
    unfinished = [p.name for p in platforms if not p.summary]
    if unfinished:
        print(f"platforms: did not finish: {', '.join(unfinished)}", file=sys.stderr)
    return 1 if unfinished or any(p.failed for p in platforms) else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
