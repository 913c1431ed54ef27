"""What a callback of python-sounddevice on a duplex stream costs, as `floor callback`, which see.

callback.py empty|wire|map|sine DEVICE SECONDS BLOCK CHANNELS
"""
import statistics
import sys
import time

import numpy
import sounddevice

RATE = 48000


def main():
    kind, device, seconds, block, channels = sys.argv[1:]
    channels = int(channels)
    marks = []
    step = 2 * numpy.pi * 440 / RATE
    position = 0

    def callback(indata, outdata, frames, times, status):
        nonlocal position
        if kind == "wire":
            outdata[:] = indata
        elif kind == "map":
            outdata[:] = indata[:, ::-1]
        elif kind == "sine":
            outdata[:] = (0.2 * numpy.sin(step * (position + numpy.arange(frames))))[:, None]
            position += frames
        else:
            outdata.fill(0)
        marks.append(time.thread_time_ns())

    with sounddevice.Stream(samplerate=RATE, blocksize=int(block), device=device, latency="low",
                            channels=channels, dtype="float32", callback=callback):
        time.sleep(float(seconds))
    intervals = [after - before for before, after in zip(marks, marks[1:])]
    print(round(statistics.median(intervals[len(intervals) // 10:])))


main()
