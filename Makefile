# What each command does stands in docs/running.md; `make setup` runs before every other one.
# As they were given: make would take a $ in a folder's name for one of its own.
override PHOTOS := $(value PHOTOS)
override DATA := $(value DATA)
export PHOTOS DATA PORT
PYTHON_BIN := .venv/bin/python

.PHONY: setup serve up test soak bench screenshots architecture check

setup:
	@bin/setup

serve: setup
	@exec $(PYTHON_BIN) -m launch serve

up: setup
	@exec $(PYTHON_BIN) -m launch up

test:
	@bin/setup tests
	@$(PYTHON_BIN) -m pytest -q -m "not soak" -n 4 --no-loadscope-reorder $(ARGS)

soak: setup
	@$(PYTHON_BIN) -m pytest -q -s -m soak $(ARGS)

bench: setup
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

check: setup
	@$(PYTHON_BIN) -m ruff check .
	@$(PYTHON_BIN) -m mypy
	@.venv/bin/lint-imports --no-logo --no-cache
	@$(PYTHON_BIN) -m bin.folders
	@$(PYTHON_BIN) -m bin.architecture --check
