# `make help` lists the targets. Only deps, demo, test and check install anything, and they name it
# first; the others report what is missing and stop.

SWIFT ?= swift
export SWIFT
PREFIX ?= /usr/local
SOURCES = Package.swift Sources Tests $(wildcard tools)

# Debian's names; elsewhere scripts/need names the libraries.
LIBRARIES = portaudio19-dev libsndfile1-dev libsoxr-dev libsamplerate0-dev libflac-dev \
	libmp3lame-dev libmpg123-dev libogg-dev libvorbis-dev libopusfile-dev libopusenc-dev libkissfft-dev \
	libebur128-dev libpng-dev pkg-config patchelf
TEST_TOOLS = jackd2 pulseaudio pulseaudio-utils libasound2-plugins mandoc sox libsox-fmt-all ffmpeg \
	flac lame mpg123 vorbis-tools opus-tools alsa-utils sndfile-programs jq python3 python3-venv man-db \
	strace systemd tmux dbus pipewire wireplumber pipewire-pulse zsh fish

# What builds and tries the Debian package.
DEB_TOOLS = dpkg-dev lintian debootstrap

# What `make clients` runs besides.
CLIENT_PACKAGES = espeak-ng csound mpv gstreamer1.0-tools gstreamer1.0-plugins-base \
	gstreamer1.0-plugins-good twolame multimon-ng minimodem aubio-tools ecasound rubberband-cli sonic \
	codec2 libgsm-tools pv mbuffer parallel mpg123 lame vorbis-tools opus-tools \
	python3-scipy python3-soundfile

# Gates may need a tool that an earlier prerequisite installs.
.NOTPARALLEL:
.PHONY: library-names deb-deps test-tool-names build release deps demo install uninstall test check installcheck deb distros bench gates sanitize fuzz faults clients soak corpus skips docs freeze format clean help libraries test-tools test-deps

build: libraries ## build the programs for debugging (default)
	$(SWIFT) build

release: libraries ## build the programs for use
	$(SWIFT) build -c release

deps: ## install the C libraries that the programs need
	@scripts/need --install $(LIBRARIES)

demo: deps release ## install the C libraries, list the devices, play a sound, loop it back
	scripts/demo "$$($(SWIFT) build -c release --show-bin-path)"

install: release ## install programs, manual and completions under PREFIX (/usr/local)
	scripts/install "$(DESTDIR)$(PREFIX)" "$$($(SWIFT) build -c release --show-bin-path)"

uninstall: ## remove the files that install put there
	scripts/install --remove "$(DESTDIR)$(PREFIX)"

test: test-deps ## install what the tests need and run all of them
	$(SWIFT) build --build-tests
	scripts/test

check: export SD_STRICT = 1
check: export SD_LEDGER_SEEDS = 3000
check: test-deps gates ## what a change must pass: gates, no warnings, all tests (installs too)
	$(SWIFT) build --build-tests
	scripts/test

installcheck: release test-tools ## install into a scratch directory, try the programs, uninstall
	@MAKE="$(MAKE)" scripts/installcheck

deb: release ## build the Debian package in .build/deb and try it on a bare Debian 12
	@scripts/need $(DEB_TOOLS)
	scripts/debcheck "$$(packaging/deb "$$($(SWIFT) build -c release --show-bin-path)" .build/deb)"

distros: release ## run the end-to-end tests of the package on Debians (RELEASES=...)
	@scripts/need $(DEB_TOOLS)
	$(SWIFT) build --build-tests
	@MAKE="$(MAKE)" scripts/distros "$$($(SWIFT) build -c release --show-bin-path)" \
		"$$($(SWIFT) build --show-bin-path)" docs/platforms.md $(or $(RELEASES),bookworm trixie sid)

gates: ## run the checks that need no build: format, imports, real-time rules, man pages
	$(SWIFT) format lint --strict --parallel --recursive $(SOURCES)
	scripts/gates

sanitize: test-tools ## run the libraries' tests under the realtime, thread and address sanitizers
	scripts/sanitize

fuzz: libraries ## feed random bytes to the parsers (RUNS=1000000 each)
	scripts/fuzz $(or $(RUNS),1000000)

faults: release test-tools ## make everything go wrong and write docs/faults.md
	Tests/Rig/faults.py "$$($(SWIFT) build -c release --show-bin-path)" docs/faults.md

clients: release test-tools ## install programs that people have and run the tools between them
	scripts/need --install $(CLIENT_PACKAGES)
	Tests/Rig/clients.py "$$($(SWIFT) build -c release --show-bin-path)"

soak: release test-tools ## run the device programs for SECONDS=600 on a busy machine
	Tests/Rig/soak.py "$$($(SWIFT) build -c release --show-bin-path)" $(or $(SECONDS),600)

corpus: release test-tools ## compare DIR=folder of sound files with other decoders
	Tests/Rig/corpus.py "$$($(SWIFT) build -c release --show-bin-path)" "$(DIR)" Tests/Rig/corpus-known.txt

docs: libraries ## render the library's documentation
	scripts/docs

freeze: libraries ## write docs/frozen anew: options, statuses, JSON names, public symbols
	$(SWIFT) build
	scripts/frozen --write "$$($(SWIFT) build --show-bin-path)"

format: ## format the sources as the gates demand
	$(SWIFT) format --in-place --parallel --recursive $(SOURCES)

skips: release test-tools ## count JACK's skipped periods that are found, and false alarms (QUIET=3600)
	@scripts/need libjack-jackd2-dev
	Tests/Rig/skips.py "$$($(SWIFT) build -c release --show-bin-path)" --markdown docs/clocks.md
	Tests/Rig/skips.py "$$($(SWIFT) build -c release --show-bin-path)" --markdown docs/clocks.md \
		--quiet $(or $(QUIET),3600)

bench: release test-tools ## measure speed, latency and memory against peers
	@scripts/need libjack-jackd2-dev gnuplot-nox
	scripts/bench "$$($(SWIFT) build -c release --show-bin-path)" $(or $(BENCH),--markdown docs/performance.md)

clean: ## remove all build products
	$(SWIFT) package clean
	rm -rf .build/python .build/bench .build/documentation .build/symbol-graphs .build/deb .build/debian .build-consumer .build-realtime .build-thread .build-address .build-fuzz

help: ## list the targets
	@awk -F ':.* ## ' '/^[a-z]+:.* ## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

library-names:
	@echo $(LIBRARIES)

test-tool-names:
	@echo $(TEST_TOOLS)

deb-deps:
	@scripts/need --install $(DEB_TOOLS)

libraries:
	@scripts/need $(LIBRARIES)

test-tools:
	@scripts/need $(LIBRARIES) $(TEST_TOOLS)
	@scripts/python
	@scripts/pipewire

test-deps:
	@scripts/need --install $(LIBRARIES) $(TEST_TOOLS)
	@scripts/python --install
	@scripts/pipewire --install
