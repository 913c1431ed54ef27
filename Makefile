# What one can do here; `make help` lists it.

SWIFT ?= swift
PREFIX ?= /usr/local
SOURCES = Package.swift Sources Tests $(wildcard tools)

# Debian's names; elsewhere scripts/need says what to install.
LIBRARIES = portaudio19-dev libsndfile1-dev libsoxr-dev libflac-dev libmpg123-dev libvorbis-dev \
	libopusfile-dev pkg-config
TEST_TOOLS = jackd2 pulseaudio pulseaudio-utils libasound2-plugins mandoc sox libsox-fmt-all ffmpeg \
	flac alsa-utils sndfile-programs jq python3 python3-venv man-db zsh fish

# Gates may need a tool that is being installed.
.NOTPARALLEL:
.PHONY: build release demo install uninstall test check installcheck bench gates sanitize fuzz faults soak docs format clean help libraries test-tools

build: libraries ## build the programs for debugging
	$(SWIFT) build

release: libraries ## build the programs for use
	$(SWIFT) build -c release

demo: release ## list the devices, play a sound, send it through a loopback
	scripts/demo "$$($(SWIFT) build -c release --show-bin-path)"

install: release ## install programs, manual and completions under PREFIX (/usr/local)
	scripts/install "$(DESTDIR)$(PREFIX)" "$$($(SWIFT) build -c release --show-bin-path)"

uninstall: ## remove what install put there
	scripts/install --remove "$(DESTDIR)$(PREFIX)"

test: test-tools ## run all tests
	$(SWIFT) build --build-tests
	scripts/test

check: export SD_STRICT = 1
check: export SD_LEDGER_SEEDS = 3000
check: test-tools gates ## what must hold before a change goes in: gates, no warnings, all tests
	$(SWIFT) build --build-tests
	scripts/test

installcheck: release test-tools ## install into a scratch directory, try what is there, uninstall
	@MAKE="$(MAKE)" scripts/installcheck

gates: ## the checks that need no build: format, rooms, man pages
	$(SWIFT) format lint --strict --parallel --recursive $(SOURCES)
	scripts/gates

sanitize: test-tools ## run the libraries' tests under the realtime, thread and address sanitizers
	scripts/sanitize

fuzz: libraries ## feed the parsers with bytes that nobody chose (RUNS=1000000 each)
	scripts/fuzz $(or $(RUNS),1000000)

faults: release test-tools ## make everything go wrong and write docs/faults.md of it
	Tests/Rig/faults.py "$$($(SWIFT) build -c release --show-bin-path)" docs/faults.md

soak: release test-tools ## run the device programs for SECONDS=600 on a busy machine
	Tests/Rig/soak.py "$$($(SWIFT) build -c release --show-bin-path)" $(or $(SECONDS),600)

docs: libraries ## render the library's documentation
	scripts/docs

format: ## lay the sources out the way the checks want them
	$(SWIFT) format --in-place --parallel --recursive $(SOURCES)

bench: release test-tools ## measure speed, latency and memory beside the peers
	@scripts/need libjack-jackd2-dev gnuplot-nox
	scripts/bench "$$($(SWIFT) build -c release --show-bin-path)" $(or $(BENCH),--markdown docs/performance.md)

clean: ## remove what was built
	$(SWIFT) package clean
	rm -rf .build/python .build/bench .build/documentation .build/symbol-graphs .build-consumer .build-realtime .build-thread .build-address .build-fuzz

help: ## list what one can do
	@awk -F ':.* ## ' '/^[a-z]+:.* ## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

libraries:
	@scripts/need $(LIBRARIES)

test-tools:
	@scripts/need $(LIBRARIES) $(TEST_TOOLS)
	@scripts/python
