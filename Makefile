# Every command sets up by itself what it needs; docs/running.md says more of each than the words behind ## here.
# As they were given: make would take a $ in a folder's name for one of its own.
override PHOTOS := $(value PHOTOS)
override DATA := $(value DATA)
export PHOTOS DATA PORT
PYTHON_BIN := .venv/bin/python

# Programs of Debian's that the set-up has put into the project; those of the machine come first.
export PATH := $(value PATH):$(CURDIR)/.tools/bin

.PHONY: help setup serve up test soak stress bench screenshots architecture licences requirements audit image check dist release

help:  ## these words
	@sed -n 's/^\([a-z]*\):  ## /\1 /p' $(firstword $(MAKEFILE_LIST)) | while read -r name words; do printf 'make %-13s %s\n' "$$name" "$$words"; done

setup:  ## what serving photos needs, and nothing more: the other commands do it by themselves
	@bin/setup

serve:  ## photos on http://127.0.0.1:8080: PHOTOS=folder (default: a few samples), DATA=folder (./data), PORT=8080
	@bin/setup serve
	@exec $(PYTHON_BIN) -m launch serve

up:  ## the same by several processes, with a Redis between them
	@bin/setup serve
	@exec $(PYTHON_BIN) -m launch up

test:  ## every test, in some nine minutes on two cores: ARGS="-n 0 -x tests/cache" runs some
	@bin/setup tests
	@$(PYTHON_BIN) -m pytest -q -m "not soak" -n 4 --no-loadscope-reorder $(ARGS)

soak:  ## the tests that take minutes each, among them both commands on bare Debian 12 and 13
	@bin/setup tests
	@$(PYTHON_BIN) -m pytest -q -s -m soak $(ARGS)

stress:  ## every test again and again, in random order beside busy loops: ARGS="--minutes 30 --only tests/web"
	@bin/setup tests
	@$(PYTHON_BIN) -m tests.stress $(ARGS)

bench:  ## Darkroom beside its peers, in some 40 minutes: ONLY=hit measures one thing
	@bin/setup checks
	@bench/setup
	@$(PYTHON_BIN) -m bench --only "$(ONLY)" $(ARGS)
	@$(PYTHON_BIN) -m bench.report

screenshots:  ## docs/screenshots, made anew
	@bin/setup tests
	@bench/setup photos
	@$(PYTHON_BIN) -m bench.screenshots $(ARGS)

architecture:  ## the pictures of docs/architecture.md, drawn anew from the imports
	@bin/setup architecture
	@$(PYTHON_BIN) -m bin.architecture

licences:  ## docs/licences.md, made anew of the pinned requirements
	@bin/setup checks
	@$(PYTHON_BIN) -m bin.licences

requirements:  ## the hashes of the pinned versions, after one was raised: ARGS=numpy for it alone
	@$${PYTHON:-python3} -m bin.hashes $(ARGS)

audit:  ## whether a pinned version is known to be vulnerable: asks osv.dev
	@bin/setup audit
	@$(PYTHON_BIN) -m bin.audit $(ARGS)

image:  ## a container's image, on a Debian that debootstrap makes, or on BASE=image
	@bin/image

check:  ## style, types, imports and folders, in half a minute
	@bin/setup checks
	@$(PYTHON_BIN) -m ruff check .
	@$(PYTHON_BIN) -m mypy
	@.venv/bin/lint-imports --no-logo --no-cache
	@$(PYTHON_BIN) -m bin.folders
	@$(PYTHON_BIN) -m bin.architecture --check

dist:  ## a wheel and a source archive of this version, in dist/
	@bin/setup checks
	@rm -rf dist
	@$(PYTHON_BIN) -m hatchling build -d dist

release:  ## checks, builds and tags the version of darkroom/version.py; nothing leaves this machine
	@bin/setup tests
	@$(PYTHON_BIN) -m bin.release
