#!/usr/bin/env python3
"""Records from a JACK server that is killed and started again, and checks what is kept.

outlive.py DIRECTORY-OF-THE-PROGRAMS [SECONDS [KILLS]]

`sd-rec --reopen --wait inf --fill-gaps` writes one FLAC. The server is killed KILLS times (5) within
SECONDS (3600) and comes back after 1 to 20 seconds. At the end the file must be whole and as long as
the wall time, each kill one gap that is as long as the server was away, and the ledger must balance;
descriptors, memory and child processes must not grow.
"""
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import rig  # noqa: E402

RATE = 48000


def usage(pid):
    """Open descriptors, resident KiB and children of a process."""
    with open(f"/proc/{pid}/status") as file:
        memory = next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        children = file.read().split()
    return len(os.listdir(f"/proc/{pid}/fd")), memory, len(children)


def record(programs, folder, seconds, kills):
    """Returns the events of the feed, what the process used after each return, and the downtimes."""
    path = os.path.join(folder, "take.flac")
    feed = os.path.join(folder, "feed")
    chance = random.Random(kills)
    used, away = [], []
    recorder = None
    for turn in range(kills + 1):
        with rig.jack(folder, period=1024) as server:
            if recorder is None:
                with open(feed, "wb") as output:
                    recorder = subprocess.Popen(
                        [os.path.join(programs, "sd-rec"), "-q", "--reopen", "--wait", "inf",
                         "--fill-gaps", "-D", "loopback", "-f", "s16", "--status-fd", "1", path],
                        env=server.environment, stdout=output)
            else:
                away.append(time.time() - died)
            time.sleep(seconds / (kills + 1))
            if recorder.poll() is not None:
                raise RuntimeError(f"sd-rec ended with {recorder.returncode}")
            used.append(usage(recorder.pid))
            if turn == kills:
                recorder.send_signal(signal.SIGINT)
                if recorder.wait(20) != 0:
                    raise RuntimeError(f"sd-rec ended with {recorder.returncode}")
            else:
                server.process.kill()
                server.process.wait()
                died = time.time()
        if turn < kills:
            time.sleep(chance.uniform(1, 20))
    with open(feed) as lines:
        return [json.loads(line) for line in lines], used, away, path


def main(programs, seconds=3600, kills=5):
    with tempfile.TemporaryDirectory() as folder:
        events, used, away, path = record(programs, folder, float(seconds), int(kills))
        end = events[-1]
        start = next(event for event in events if event["event"] == "start")
        back = [event for event in events if event.get("state") == "back"]
        ledger = end["input"]
        check = subprocess.run([os.path.join(programs, "sd-cat"), "--check", path])
        info = subprocess.run([os.path.join(programs, "sd-cat"), "--info", "-j", path],
                              capture_output=True, text=True, check=True)
        frames = json.loads(info.stdout)[0]["frames"]
        losses = sum(event["frames"] for event in events if event["event"] == "loss")
        ended = os.path.getmtime(path)
        print(f"{frames} frames, {ledger['delivered']} delivered, {ledger['lost']} lost, "
              f"{ledger['dropped']} dropped; "
              f"{frames / RATE:.2f} s of file in {ended - start['time']:.2f} s")
        for event, seconds in zip(back, away):
            print(f"away for {event['seconds']:.2f} s, the server for {seconds:.2f} s")
        print("descriptors, KiB and children:", *used)
        faults = [text for text, isWrong in [
            ("the file is damaged", check.returncode != 0),
            ("a kill is missing", len(back) != int(kills)),
            ("the ledger does not balance", ledger["delivered"] + ledger["dropped"]
             + ledger["discarded"] != ledger["host_frames"]),
            ("a loss is not reported", losses != ledger["lost"] + ledger["dropped"]),
            ("frames are missing", frames != sum(
                ledger[key] for key in ("delivered", "dropped", "lost"))),
            ("the file is not as long as the time", abs(frames / RATE - ended + start["time"]) > 1),
            ("descriptors leak", used[-1][0] > used[0][0]),
            ("memory grows", used[-1][1] > 1.5 * used[0][1]),
            ("processes are left", any(children > 1 for _, _, children in used)),
        ] if isWrong]
        print(*(faults or ["all of it is there"]), sep="\n")
        return 1 if faults else 0


if __name__ == "__main__":
    # Where it is ignored, as in the background of a shell, the programs would ignore it too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.exit(main(*sys.argv[1:]))
