# Yiju: two commands matter. `make demo` runs the main job, `make test` proves it. Both set up everything first.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
# The peers that we race against live apart: what they need must not decide what we get.
BENCH_VENV ?= .venv-bench
BENCH_STAMP := $(BENCH_VENV)/.installed
# Two cores are what the smallest machine has; more workers than cores only fight for the cache.
WORKERS ?= 2

.PHONY: help setup demo test test-long check format bench bench-engine bench-siting bench-whatif docs lock clean

help:  ## show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

$(STAMP): pyproject.toml requirements/lock.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements/lock.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

setup: $(STAMP)  ## make the virtual environment with pinned versions

demo: $(STAMP)  ## generate the demo city, check it up, and write its report
	$(BIN)/yiju demo build/demo

test: $(STAMP)  ## run the tests (under 15 minutes on two cores)
	$(BIN)/python -m pytest -n $(WORKERS) -m "not long"

test-long: $(STAMP)  ## run the longer proofs too
	$(BIN)/python -m pytest -n $(WORKERS)

check: $(STAMP)  ## format, lint, types, import contracts, docs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python scripts/check_house.py
	$(BIN)/python scripts/make_docs.py --check
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet --site-dir build/site

format: $(STAMP)  ## format the code and apply the safe fixes
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(STAMP)  ## measure speed and memory, each stage in a process of its own
	$(BIN)/python benchmarks/run.py

$(BENCH_STAMP): pyproject.toml requirements/bench.txt
	$(PYTHON) -m venv $(BENCH_VENV)
	$(BENCH_VENV)/bin/python -m pip install --quiet --disable-pip-version-check -r requirements/bench.txt
	$(BENCH_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

bench-engine: $(BENCH_STAMP)  ## race the engine against its peers, answers held equal (ARGS="--quick")
	$(BENCH_VENV)/bin/python benchmarks/engine.py $(ARGS)

bench-whatif: $(BENCH_STAMP)  ## what one facility or one footbridge costs in a city of 300,752 nodes, beside computing it anew
	$(BENCH_VENV)/bin/python benchmarks/whatif.py $(ARGS)

bench-siting: $(BENCH_STAMP)  ## race siting beside spopt and HiGHS (ARGS="cover --quick")
	$(BENCH_VENV)/bin/python benchmarks/siting.py $(ARGS)

docs: $(STAMP)  ## build the documentation site into build/site
	$(BIN)/python scripts/make_docs.py
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --site-dir build/site

lock:  ## renew requirements/lock.txt and bench.txt (needs uv)
	uv pip compile --universal --python-version 3.11 --extra dev --no-header --no-annotate \
	  pyproject.toml -o requirements/lock.txt
	uv pip compile --universal --python-version 3.11 --extra bench --no-header --no-annotate \
	  -c requirements/lock.txt pyproject.toml -o requirements/bench.txt

clean:  ## remove what the other targets made
	rm -rf build $(VENV) $(BENCH_VENV) .pytest_cache .mypy_cache .ruff_cache
