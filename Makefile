# Outreach. `make` alone lists the targets; each sets up what it needs by itself.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
# Java runs the official emulators; `make demo JAVA=` and `make test JAVA=` do without them.
JAVA ?= java
PYTHON ?= python3
PY := .venv/bin/python
LOCK := --quiet --upgrade --python-version 3.11 --generate-hashes --no-emit-index-url --no-header
export OUTREACH_LOCAL_JAVA = $(JAVA)

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 18

.venv/installed: requirements.txt tests/requirements.txt
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed" if sys.version_info < (3, 11) else 0)'
	test -x $(PY) || $(PYTHON) -m venv .venv
	# uv, itself from the lock, installs the rest in seconds where pip takes minutes.
	awk '/^uv==/ {on = 1; print; next} /^[^ ]/ {on = 0} on' tests/requirements.txt > .venv/uv.txt
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r .venv/uv.txt
	.venv/bin/uv pip install --quiet --python $(PY) --require-hashes -r tests/requirements.txt
	touch $@

.PHONY: setup
setup: .venv/installed ## install what everything here runs on, into .venv

.PHONY: demo
demo: setup ## the main job on a local cloud; your own files: CSV=... CAMPAIGN=...
	@exec $(PY) -m tests.e2e.demo $(if $(CSV),--csv '$(CSV)') $(if $(CAMPAIGN),--campaign '$(CAMPAIGN)')

.PHONY: serve
serve: setup ## start the same and stay: the console, and the world around it
	@exec $(PY) -m tests.e2e.demo.serve

.PHONY: screenshots
screenshots: setup ## pictures of all pages that people see, into build/screenshots; needs Chromium
	@exec $(PY) -m tests.e2e.screenshots

.PHONY: corpora
corpora: setup ## fetch the public test messages that bounces are measured on, and print how many are recognised
	@$(PY) -m tests.core.bounces.measure || echo 'no public test messages: their test is skipped'

.PHONY: test
test: setup corpora packages ## all tests, the official emulators included
	$(PY) -m pytest -n 2 --dist loadfile $(TESTS)

.PHONY: check
check: setup terraform ## ruff, mypy --strict, import-linter, terraform/
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/lint-imports

.PHONY: terraform
terraform: setup ## check terraform/: format, plan, tests, checkov; what is not to be had here is left out
	terraform/tests/check

.PHONY: openapi
openapi: setup ## write the document of the interface, functions/openapi.json
	mkdir -p build
	$(PY) -m lib.entrypoint.interface.document > build/openapi.json
	mv build/openapi.json functions/openapi.json

CONSOLE := functions/console
build/console/installed: $(CONSOLE)/package.json $(CONSOLE)/package-lock.json
	mkdir -p build/console
	cp $(CONSOLE)/package.json $(CONSOLE)/package-lock.json build/console/
	cd build/console && npm ci --ignore-scripts --no-audit --no-fund --silent
	touch $@

.PHONY: packages
packages: ## fetch what the console is tested with (axe-core), and what its vendored files are compared with
	@$(MAKE) --no-print-directory build/console/installed || echo 'no npm packages: their tests are skipped'

.PHONY: vendor
vendor: build/console/installed ## copy what the console loads, from npm's lock, into functions/console/static/vendor
	$(PYTHON) -m tests.functions.vendored

.PHONY: fuzz
fuzz: setup ## schemathesis, in a venv of its own, against that document and the running functions
	$(PY) -m tests.functions.fuzzed $(EXAMPLES)

# Compiled modules are kept, whatever the shell says: else every process of theirs begins with compiling.
BENCHES := env -u PYTHONDONTWRITEBYTECODE $(PY) -m tests.bench
.PHONY: bench
bench: setup ## measure speed, cost and scale, each figure beside a floor or a rival (20 minutes); one: BENCH=cold_start
	@exec $(BENCHES) $(BENCH)

.PHONY: bench-quick
bench-quick: setup ## the same in a minute: fewer repetitions, smaller loads, two benches at a time
	@exec $(BENCHES) --quick $(BENCH)

.PHONY: mutants
mutants: setup ## break the protocol in named ways; tests must go red for each
	$(PY) -m tests.mutants

.PHONY: fmt
fmt: setup ## format the code
	$(PY) -m ruff check --fix . || true
	$(PY) -m ruff format .

.PHONY: lock
lock: setup ## compile the locks from pyproject.toml, with hashes
	# The larger set first: what runs in production is then what was tested.
	.venv/bin/uv pip compile $(LOCK) pyproject.toml --extra tests --output-file tests/requirements.txt
	.venv/bin/uv pip compile $(LOCK) pyproject.toml --constraint tests/requirements.txt --output-file requirements.txt

.PHONY: clean
clean: ## remove what was built and installed here
	rm -rf .venv build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
