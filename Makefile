# Every command sets up by itself what it needs; docs/running.md says what it does.
# As they were given: make would take a $ in a folder's name for one of its own.
override PHOTOS := $(value PHOTOS)
override DATA := $(value DATA)
export PHOTOS DATA PORT
PYTHON_BIN := .venv/bin/python

# Programs of Debian's that the set-up has put into the project; those of the machine come first.
export PATH := $(value PATH):$(CURDIR)/.tools/bin

.PHONY: setup serve up test soak bench screenshots architecture check

setup:
	@bin/setup

serve:
	@bin/setup serve
	@exec $(PYTHON_BIN) -m launch serve

up:
	@bin/setup serve
	@exec $(PYTHON_BIN) -m launch up

test:
	@bin/setup tests
	@$(PYTHON_BIN) -m pytest -q -m "not soak" -n 4 --no-loadscope-reorder $(ARGS)

soak:
	@bin/setup tests
	@$(PYTHON_BIN) -m pytest -q -s -m soak $(ARGS)

bench:
	@bin/setup checks
	@bench/setup
	@$(PYTHON_BIN) -m bench --only "$(ONLY)" $(ARGS)
	@$(PYTHON_BIN) -m bench.report

screenshots:
	@bin/setup tests
	@bench/setup photos
	@$(PYTHON_BIN) -m bench.screenshots $(ARGS)

architecture:
	@bin/setup architecture
	@$(PYTHON_BIN) -m bin.architecture

check:
	@bin/setup checks
	@$(PYTHON_BIN) -m ruff check .
	@$(PYTHON_BIN) -m mypy
	@.venv/bin/lint-imports --no-logo --no-cache
	@$(PYTHON_BIN) -m bin.folders
	@$(PYTHON_BIN) -m bin.architecture --check
