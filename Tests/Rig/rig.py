"""Private sound servers and running programs, for measurements outside the tests:
Tests/Benchmarks, Tests/Rig/soak.py and Tests/Rig/faults.py."""
import contextlib
import glob
import os
import signal
import subprocess
import time


def clean_environment():
    """This environment without variables that select a server or a default of the sd tools."""
    clean = {k: v for k, v in os.environ.items()
             if not k.startswith(("SD_", "JACK_", "PULSE_", "ALSA_"))}
    clean["JACK_NO_START_SERVER"] = "1"
    return clean


def write_section(path, name, text):
    """Replaces what stands between the comments `NAME` and `/NAME` of a Markdown page."""
    begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    with open(path) as file:
        before, rest = file.read().split(begin)
    with open(path, "w") as file:
        file.write(before + begin + text.rstrip() + "\n" + end + rest.split(end, 1)[1])


def build_probe(folder):
    """Builds Tests/Rig/C/probe.c; returns its path."""
    path = os.path.join(folder, "probe")
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "C", "probe.c")
    subprocess.run(["cc", "-O2", "-o", path, source, "-ljack", "-lm"], check=True)
    return path


class Server:
    """A running server: its process, and the environment for its clients."""

    def __init__(self, process, environment, log):
        self.process, self.environment, self.log = process, environment, log

    def xruns(self):
        """The number of xruns that the server logged."""
        with open(self.log, errors="replace") as file:
            return file.read().lower().count("xrun")


def _wait(process, what, is_ready):
    for _ in range(100):
        if process.poll() is not None:
            raise RuntimeError(f"{what} ended with {process.returncode}")
        if is_ready():
            return
        time.sleep(0.1)
    raise RuntimeError(f"{what} does not come up")


@contextlib.contextmanager
def _running(command, environment, log, is_ready):
    with open(log, "wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env=environment)
    try:
        _wait(process, command[0], is_ready)
        yield Server(process, environment, log)
    finally:
        if process.poll() is None:
            process.terminate()
            # A stopped process would not react to a signal.
            process.send_signal(signal.SIGCONT)
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
        process.wait()


@contextlib.contextmanager
def jack(folder, period=256, rate=48000, synchronous=False, channels=2, label=""):
    """A JACK server on the dummy driver with a loopback; real-time if running as root. A process
    labels its servers if it has several."""
    name = f"sdrig{os.getpid()}{label}"
    environment = dict(clean_environment(), JACK_DEFAULT_SERVER=name)
    realtime = ["-R", "-P", "60"] if os.geteuid() == 0 else ["--no-realtime"]
    # A small port table fits the server into the shared memory that containers have.
    ports = 128 if channels == 2 else 1024
    command = ["jackd", *realtime, *(["-S"] if synchronous else []), "-n", name, "--port-max",
               str(ports), "-L", "2", "-d", "dummy", "-r", str(rate), "-p", str(period),
               "-C", str(channels), "-P", str(channels)]

    def is_ready():
        # jack_lsp of JACK 2 may hang at its exit.
        return subprocess.run(["timeout", "2", "jack_lsp"], env=environment,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0

    with _running(command, environment, os.path.join(folder, f"jackd{label}.log"), is_ready) as server:
        yield server


@contextlib.contextmanager
def pulse(folder):
    """A PulseAudio server with a null sink, which ALSA's devices `pulse` and `default` reach."""
    runtime = os.path.join(folder, "pulse")
    os.makedirs(runtime, mode=0o700, exist_ok=True)
    config = os.path.join(folder, "asound.conf")
    with open(config, "w") as file:
        file.write("pcm.!default { type pulse }\npcm.pulse { type pulse }\n")
    socket = f"{runtime}/pulse/native"
    environment = dict(clean_environment(), XDG_RUNTIME_DIR=runtime, ALSA_CONFIG_PATH=config,
                       PULSE_SERVER=f"unix:{socket}", HOME=runtime)
    command = ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no",
               "-L", "module-native-protocol-unix", "-L",
               "module-null-sink sink_name=nul rate=48000"]
    log = os.path.join(folder, "pulse.log")
    with _running(command, environment, log, lambda: os.path.exists(socket)) as server:
        time.sleep(0.5)
        yield server


PIPEWIRE_PROGRAMS = ("dbus-daemon", "pipewire", "wireplumber", "pipewire-pulse", "pactl")


def _pipewire_library(end):
    """A library of PipeWire's for ALSA or JACK: as unpacked by scripts/pipewire, or the system's."""
    own = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", ".build", "pipewire")
    for root in (own, "/"):
        found = glob.glob(os.path.join(root, "usr/lib/*", end))
        if found:
            return os.path.realpath(found[0])
    raise RuntimeError(f"no {end}: scripts/pipewire --install")


@contextlib.contextmanager
def pipewire(folder, sinks=("speakers",)):
    """A PipeWire session of its own, with PulseAudio's protocol and null sinks, which ALSA's
    devices `default`, `pipewire` and `pulse` reach. The server's environment has JACK_LIBRARY, the
    folder of PipeWire's libjack."""
    runtime = os.path.join(folder, "pipewire")
    os.makedirs(runtime, mode=0o700, exist_ok=True)
    config = os.path.join(runtime, "asound.conf")
    with open(config, "w") as file:
        file.write(f"""pcm_type.pipewire {{
  lib "{_pipewire_library("alsa-lib/libasound_module_pcm_pipewire.so")}"
}}
pcm.pipewire {{ type pipewire hint {{ show on description "PipeWire" }} }}
pcm.!default {{ type pipewire hint {{ show on description "Default" }} }}
pcm.pulse {{ type pulse }}
""")
    bus, socket = os.path.join(runtime, "bus"), f"{runtime}/pulse/native"
    environment = {k: v for k, v in clean_environment().items()
                   if k not in ("XDG_CONFIG_HOME", "XDG_STATE_HOME")}
    environment.update(
        XDG_RUNTIME_DIR=runtime, PIPEWIRE_RUNTIME_DIR=runtime, HOME=runtime,
        DBUS_SESSION_BUS_ADDRESS=f"unix:path={bus}", PULSE_SERVER=f"unix:{socket}",
        ALSA_CONFIG_PATH=config,
        JACK_LIBRARY=os.path.dirname(_pipewire_library("pipewire-0.3/jack/libjack.so.0")))

    def answers(*arguments):
        done = subprocess.run(["timeout", "5", "pactl", *arguments], env=environment,
                              capture_output=True, text=True)
        return done.stdout.strip() if done.returncode == 0 else ""

    def run(name, *arguments, until):
        return stack.enter_context(_running([name, *arguments], environment,
                                            os.path.join(folder, name + ".log"), until))

    with contextlib.ExitStack() as stack:
        run("dbus-daemon", "--session", "--nofork", "--nopidfile", f"--address=unix:path={bus}",
            until=lambda: os.path.exists(bus))
        server = run("pipewire", until=lambda: os.path.exists(f"{runtime}/pipewire-0"))
        run("wireplumber", until=lambda: True)
        run("pipewire-pulse", until=lambda: answers("info"))
        for sink in sinks:
            if not answers("load-module", "module-null-sink", f"sink_name={sink}", "rate=48000"):
                raise RuntimeError(f"no sink {sink}")
        _wait(server.process, "the default sink",
              lambda: answers("get-default-sink") == sinks[0])
        yield server
