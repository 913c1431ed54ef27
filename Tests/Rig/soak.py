#!/usr/bin/env python3
"""Runs the device programs for a long time on a busy machine and checks their frame counts.

soak.py DIRECTORY-OF-THE-PROGRAMS [SECONDS]

`sd-rec | sd-play`, sd-wire and sd-playrec run side by side on a private JACK server with periods of
64 frames, while every core computes and a disk is written to. At the end each program's last status
line must account for every frame, and sd-play must have played exactly what sd-rec delivered.
"""
import json
import os
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import rig  # noqa: E402

PERIOD = 64


class Program:
    """A running program: its status lines, its messages and its memory."""

    def __init__(self, folder, environment, argv, name=None, **streams):
        self.name = name or os.path.basename(argv[0])
        self.status_path = os.path.join(folder, self.name + ".status")
        self.stderr_path = os.path.join(folder, self.name + ".stderr")
        status = os.open(self.status_path, os.O_WRONLY | os.O_CREAT, 0o600)
        with open(self.stderr_path, "wb") as stderr:
            self.process = subprocess.Popen(
                [argv[0], "--status-fd", str(status), *argv[1:]], env=environment,
                stderr=stderr, pass_fds=[status], **streams)
        os.close(status)
        self.memory = 0

    def wait(self, seconds):
        """Waits for the end and stores the peak memory, in MiB, as the kernel measured it."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            pid, status, usage = os.wait4(self.process.pid, os.WNOHANG)
            if pid:
                self.process.returncode = os.waitstatus_to_exitcode(status)
                self.memory = usage.ru_maxrss / 1024
                return
            time.sleep(0.02)
        self.process.kill()
        raise RuntimeError(f"{self.name} did not end")

    def events(self, kind):
        with open(self.status_path) as file:
            lines = [json.loads(line) for line in file]
        return [line for line in lines if line["event"] == kind]

    def messages(self):
        with open(self.stderr_path) as file:
            return file.read()


def losses(program):
    """The number of losses and their frames, by direction and cause."""
    table = {}
    for loss in program.events("loss"):
        key = f"{loss['direction']} {loss['cause']}"
        times, frames = table.get(key, (0, 0))
        table[key] = times + 1, frames + loss["frames"]
    return table


def imbalances(end):
    """The frames that the last status line does not account for."""
    for direction, parts in (
            ("input", ("delivered", "dropped", "discarded")),
            ("output", ("delivered", "inserted", "padding"))):
        counts = end[direction]
        rest = counts["host_frames"] - sum(counts[k] for k in parts)
        if rest:
            yield f"{rest} frames of {direction} are unaccounted for"


def soak(directory, seconds, folder):
    def tool(name):
        return os.path.join(directory, name)

    burners = [subprocess.Popen(["nice", sys.executable, "-c", "while True: pass"])
               for _ in range(os.cpu_count() or 1)]
    disk = subprocess.Popen(
        ["bash", "-c", 'while :; do dd if=/dev/zero of="$0" bs=1M count=64 conv=fsync; done',
         os.path.join(folder, "load")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True)
    problems = []
    try:
        with rig.jack(folder, period=PERIOD) as server:
            common = ["-D", "loopback", "-L", "low"]
            recorder = Program(folder, server.environment, [tool("sd-rec"), *common],
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
            player = Program(folder, server.environment, [tool("sd-play"), *common],
                             stdin=recorder.process.stdout)
            recorder.process.stdout.close()
            wire = Program(folder, server.environment, [tool("sd-wire"), *common],
                           stdin=subprocess.DEVNULL)
            duplex = Program(
                folder, server.environment,
                [tool("sd-playrec"), "-D", "loopback", "-L", "low", "-r", "48000", "-c", "2", "-d",
                 str(seconds), "/dev/zero", "/dev/null", "-t", "raw"], stdin=subprocess.DEVNULL)
            programs = [recorder, player, wire, duplex]
            start = time.monotonic()
            duplex_end = start + seconds + 60
            while time.monotonic() - start < seconds:
                time.sleep(0.2)
                for program in programs[:3]:
                    if program.process.poll() is not None:
                        raise RuntimeError(f"{program.name} ended: {program.messages()}")
            recorder.process.send_signal(signal.SIGINT)
            wire.process.send_signal(signal.SIGINT)
            duplex.wait(max(1, duplex_end - time.monotonic()))
            for program in programs[:3]:
                program.wait(20)
            xruns = server.xruns()
    finally:
        for burner in burners:
            burner.kill()
            burner.wait()
        os.killpg(disk.pid, signal.SIGKILL)
        disk.wait()

    print(f"{seconds} s at periods of {PERIOD} frames; the server slipped {xruns} times")
    print(f"{'program':12}{'status':>7}{'periods':>10}{'MiB':>7}  losses by cause")
    ends = {}
    for program in programs:
        end = ends[program.name] = program.events("end")[-1]
        periods = max(end[d]["host_frames"] for d in ("input", "output")) // PERIOD
        causes = ", ".join(f"{key}: {frames} frames in {times}"
                           for key, (times, frames) in losses(program).items())
        print(f"{program.name:12}{program.process.returncode:7}{periods:10}"
              f"{program.memory:7.1f}  {causes or 'none'}")
        problems += [f"{program.name}: {text}" for text in imbalances(end)]
        if program.process.returncode != 0:
            problems.append(f"{program.name}: status {program.process.returncode}: "
                            + program.messages())
    recorded = ends["sd-rec"]["input"]["delivered"]
    played = ends["sd-play"]["output"]["delivered"]
    if recorded != played:
        problems.append(f"sd-rec delivered {recorded} frames, sd-play played {played}")
    both = ends["sd-playrec"]
    if both["output"]["delivered"] != seconds * 48000:
        problems.append(f"sd-playrec played {both['output']['delivered']} frames")
    for problem in problems:
        print(problem, file=sys.stderr)
    print("the ledgers balance" if not problems else "the ledgers do NOT balance")
    return 1 if problems else 0


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="sd-soak-") as place:
        sys.exit(soak(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 600, place))
