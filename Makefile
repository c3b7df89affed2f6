# Two commands for everyone: `make demo` and `make test`. Each sets up what it needs in .venv, from the lock file.

# The first interpreter here that TensorFlow has wheels for.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
INSTALLED := .venv/installed
say = @printf '\n== %s\n' '$(1)'

.DEFAULT_GOAL := help
.PHONY: help setup demo test lab site lint data

help:
	@echo 'make demo    set up, build check, grade a sample class and show the result'
	@echo 'make test    set up and run every check that CI runs'
	@echo 'make lab     set up and open JupyterLab on the student notebooks'
	@echo 'make site    set up and write the site to build/site: guides, practicals, API'
	@echo 'make setup   only set up: .venv, locked packages, Fashion-MNIST'

setup: $(INSTALLED) data

$(INSTALLED): requirements.lock pyproject.toml
	$(call say,Setting up: a virtual environment in .venv with the locked packages (about 3 GB; some minutes))
	@test -n '$(PYTHON)' || { echo 'No Python 3.11, 3.12 or 3.13 found: TensorFlow has no packages for other versions. Install one, then run make again.'; exit 1; }
	@$(PYTHON) -m venv .venv || { echo 'Python cannot make virtual environments here. On Debian and Ubuntu: apt install python3-venv'; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

data: $(INSTALLED)
	$(call say,Looking for Fashion-MNIST (31 MB; fetched once if this machine has none))
	@$(BIN)/python -m course_utils.data fashion_mnist

demo: setup
	$(call say,Checking that the built notebooks are fresh and leak nothing)
	@$(BIN)/practicals build --check
	$(call say,Grading a sample class: P01 as different students hand it in)
	@$(BIN)/practicals demo

lint: $(INSTALLED)
	$(call say,Lint and format)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

test: setup lint
	$(call say,Checking that the built notebooks are fresh and leak nothing)
	@$(BIN)/practicals build --check
	$(call say,Unit tests and whole-class tests)
	@$(BIN)/pytest -q -m 'slow or not slow' -n 3 --dist loadgroup --durations 25 tests
	$(call say,Running every source notebook and comparing its outputs (nbval))
	@$(BIN)/pytest -q --nbval -n 2 --dist loadfile source
	$(call say,Running every release notebook: unanswered exercises must stop politely (nbval))
	@$(BIN)/pytest -q --nbval -n 2 --dist loadfile release
	$(call say,Trying the tests of every practical on its bank of answers and on mutants (audit))
	@$(BIN)/practicals audit
	@$(BIN)/practicals calibrate --check

lab: setup
	$(call say,Opening JupyterLab on the first practical (stop it with Ctrl-C))
	@$(BIN)/practicals lab

site: $(INSTALLED)
	$(call say,Writing the site to build/site)
	@$(BIN)/practicals site
