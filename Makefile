# Two commands for everyone: `make demo` and `make test`. Each sets up what it needs in .venv, from the lock file.

# The first interpreter here that TensorFlow has wheels for.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
INSTALLED := .venv/installed
# also what tests, types and the site need
ALL := .venv/installed-all
# runs a step and notes its processor seconds
TIMED := $(BIN)/python tests/toolkit/seconds.py run
say = @printf '\n== %s\n' '$(1)'

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-hub test-backends backends lab site lint data browser hub seconds load upkeep

help:
	@echo 'make demo    set up, build check, grade a sample class and show the result'
	@echo 'make test    set up and run every check that CI runs'
	@echo 'make lab     set up and open JupyterLab on the student notebooks'
	@echo 'make site    set up and write the site to build/site: guides, practicals, API'
	@echo 'make upkeep  renew the lock file; say what has to be built or measured anew, and why'
	@echo 'make browser fetch the Chromium that tests of pages need, without being root'
	@echo 'make test-hub  fetch a JupyterHub and its proxy, and take a class through it'
	@echo 'make test-backends  run the practicals with Keras on JAX and on PyTorch, without TensorFlow'
	@echo 'make setup   only set up: .venv, locked packages, Fashion-MNIST'

setup: $(INSTALLED) data

$(INSTALLED): requirements.lock pyproject.toml
	$(call say,Setting up: a virtual environment in .venv with the locked packages (about 2 GB; some minutes))
	@$(call install)
	@touch $@

$(ALL): requirements.lock pyproject.toml
	$(call say,Setting up: a virtual environment in .venv with the locked packages and those for tests (about 2.5 GB; some minutes))
	@$(call install,--all)
	@touch $(INSTALLED) $@

define install
test -n '$(PYTHON)' || { echo 'No Python 3.11, 3.12 or 3.13 found: TensorFlow has no packages for other versions. Install one, then run make again.'; exit 1; }; \
$(PYTHON) -m venv .venv || { echo 'Python cannot make virtual environments here. On Debian and Ubuntu: apt install python3-venv'; exit 1; }; \
$(PYTHON) autograder/start/install.py $(BIN)/python $(1) && \
$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
endef

data: $(INSTALLED)
	$(call say,Looking for Fashion-MNIST (31 MB; fetched once if this machine has none))
	@$(BIN)/python -m course_utils.data fashion_mnist

demo: setup
	$(call say,Checking that the built notebooks are fresh and leak nothing)
	@$(BIN)/practicals build --check
	$(call say,Grading a sample class: P01 as different students hand it in)
	@$(BIN)/practicals demo

lint: $(ALL)
	$(call say,Lint and types)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

browser: $(ALL)
	$(call say,Looking for a Chromium for the tests of pages (fetched once if this machine has none))
	@$(BIN)/python tests/toolkit/chromium.py

# A JupyterHub and its proxy, beside the environment
HUB := build/hub
hub: $(HUB)/installed

$(HUB)/installed: $(ALL) tests/hub/requirements.lock tests/hub/package-lock.json
	$(call say,Fetching JupyterHub and its proxy (about 160 MB))
	@command -v npm >/dev/null || { echo 'No npm found: the proxy of JupyterHub runs on Node 20 or newer. Install it, then run make again.'; exit 1; }
	@rm -rf $(HUB) && mkdir -p $(HUB)/node && cp tests/hub/package.json tests/hub/package-lock.json $(HUB)/node
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --target $(HUB)/python -r tests/hub/requirements.lock
	@npm ci --prefix $(HUB)/node --ignore-scripts --no-audit --no-fund --loglevel error
	@touch $@

test-hub: data browser hub
	$(call say,A class on a JupyterHub: release; fetch; submit; collect; grade; feedback)
	@REQUIRE_HUB=1 $(TIMED) 'test-hub' $(BIN)/pytest -q -m slow --durations 12 tests/hub

# Other backends of Keras, each in an environment without TensorFlow
BACKENDS := jax torch
UNITS := tests/course_utils
# to run some, and not all: make test-backends PRACTICALS=p05_optimizers
PRACTICALS :=
backends: $(BACKENDS:%=build/backends/%/installed)

build/backends/%/installed: $(INSTALLED) requirements.lock tests/backends/%.lock
	$(call say,Making an environment without TensorFlow: Keras on $*)
	@$(BIN)/python tests/backends/environment.py $* build/backends/$*
	@touch $@

test-backends: data $(BACKENDS:%=test-backend-%)

test-backend-%: build/backends/%/installed
	$(call say,Keras on $*: unit tests; then the graded cells of every source notebook, at the quick budget)
	@KERAS_BACKEND=$* PYTHONPATH=$(CURDIR) build/backends/$*/bin/python -m pytest -q $(UNITS)
	@KERAS_BACKEND=$* PYTHONPATH=$(CURDIR) build/backends/$*/bin/python tests/backends/run.py $(PRACTICALS)

test: lint data browser
	$(call say,Checking that the built notebooks are fresh and leak nothing)
	@$(TIMED) 'build --check' $(BIN)/practicals build --check
	$(call say,Unit tests and whole-class tests)
	@$(TIMED) 'pytest tests' $(BIN)/pytest -q -m 'slow or not slow' -n 3 --dist loadgroup --durations 25 tests
	$(call say,Running every source notebook and comparing its outputs (nbval))
	@$(TIMED) 'pytest --nbval source' $(BIN)/pytest -q --nbval -n 2 --dist loadfile source
	$(call say,Running every release notebook: unanswered exercises must stop politely (nbval))
	@$(TIMED) 'pytest --nbval release' $(BIN)/pytest -q --nbval -n 2 --dist loadfile release
	$(call say,Trying the tests of every practical on its bank of answers and on mutants (audit))
	@$(TIMED) 'audit' $(BIN)/practicals audit
	@$(TIMED) 'calibrate --check' $(BIN)/practicals calibrate --check

# Where the processor seconds of the last `make test` went, into docs/testing.md
seconds: $(INSTALLED)
	@$(BIN)/python tests/toolkit/seconds.py table

# A load to run the tests beside: make load, or make load PROCESSES=8 SECONDS=600
PROCESSES ?= 4
SECONDS ?= 3600
load: $(INSTALLED)
	@$(BIN)/python tests/toolkit/load.py $(PROCESSES) $(SECONDS)

upkeep: $(INSTALLED)
	$(call say,Renewing requirements.lock, and looking for what has to be done anew)
	@$(BIN)/practicals upkeep

lab: setup
	$(call say,Opening JupyterLab on the first practical (stop it with Ctrl-C))
	@$(BIN)/practicals lab

site: $(ALL)
	$(call say,Writing the site to build/site)
	@$(BIN)/practicals site
