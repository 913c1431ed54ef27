#!/usr/bin/env python3
"""Says how well a converter resamples 44100 Hz to 48000 Hz. Needs numpy.

quality.py make SINE IMPULSE      writes two files of raw f32 mono at 44100 Hz
quality.py judge SINE IMPULSE     reads both as they came out at 48000 Hz; prints THD+N of the sine
                                  (dB) and the ripple from 20 Hz to 20 kHz (dB, peak to peak)
"""
import sys

import numpy

FREQUENCY, LENGTH = 997.0, 1 << 17


def make(sine, impulse):
    time = numpy.arange(LENGTH) / 44100
    (0.9 * numpy.sin(2 * numpy.pi * FREQUENCY * time)).astype("<f4").tofile(sine)
    one = numpy.zeros(LENGTH, "<f4")
    one[LENGTH // 2] = 0.9
    one.tofile(impulse)


def judge(sine, impulse):
    heard = numpy.fromfile(sine, "<f4").astype("f8")
    heard = heard[len(heard) // 4:3 * len(heard) // 4]
    phase = 2 * numpy.pi * FREQUENCY * numpy.arange(len(heard)) / 48000
    basis = numpy.stack([numpy.sin(phase), numpy.cos(phase), numpy.ones(len(heard))], 1)
    rest = heard - basis @ numpy.linalg.lstsq(basis, heard, rcond=None)[0]
    noise = 10 * numpy.log10(numpy.mean(rest ** 2) / numpy.mean(heard ** 2))
    response = numpy.abs(numpy.fft.rfft(numpy.fromfile(impulse, "<f4").astype("f8")))
    frequency = numpy.linspace(0, 24000, len(response))
    band = 20 * numpy.log10(response[(frequency >= 20) & (frequency <= 20000)])
    print(f"{noise:.1f} {band.max() - band.min():.4f}")


{"make": make, "judge": judge}[sys.argv[1]](*sys.argv[2:4])
