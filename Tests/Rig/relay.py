#!/usr/bin/env python3
"""Passes stdin to stdout like a network that holds each write for 0 to 50 ms at random, in order.

relay.py [MILLISECONDS]
"""
import os
import queue
import random
import sys
import threading
import time

HELD = int(sys.argv[1]) / 1000 if len(sys.argv) > 1 else 0.05


def write(parts):
    while part := parts.get():
        due, data = part
        time.sleep(max(0, due - time.monotonic()))
        while data:
            data = data[os.write(1, data):]


def main():
    parts = queue.Queue()
    writer = threading.Thread(target=write, args=(parts,))
    writer.start()
    chance = random.Random(1)
    while data := os.read(0, 1 << 16):
        if not writer.is_alive():
            return 1
        parts.put((time.monotonic() + chance.uniform(0, HELD), data))
    parts.put(None)
    writer.join()
    return 0


if __name__ == "__main__":
    sys.exit(main())
