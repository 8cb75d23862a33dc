# Everything below works with python3 and make alone; nothing is installed outside this folder and your cache.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
UV := $(BIN)/uv
DEMO := demo/flight-delay
UV_VERSION := 0.13.9

export PYTHONDONTWRITEBYTECODE =

.DEFAULT_GOAL := help
.PHONY: help setup demo lab test lint types contracts unit spark e2e e2e-full bench bench-size bench-own lock golden clean

help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): requirements.lock pyproject.toml Makefile
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	$(UV) pip sync --quiet --python $(BIN)/python --compile-bytecode --require-hashes requirements.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q kit
	$(BIN)/kit prepare
	@touch $(READY)

setup: $(READY) ## Make .venv with locked dependencies, fetch Delta's jars into your cache

demo: $(READY) ## Generate the flight-delay use case and run its five notebooks on 336,776 flights
	test -f $(DEMO)/kit.yml || $(BIN)/kit new $(DEMO) --template flight_delay --answers templates/flight_delay/demo.yml --defaults
	$(BIN)/kit run $(DEMO)

lab: $(READY) ## Open the demo in JupyterLab
	$(BIN)/kit lab $(DEMO)

test: lint types contracts unit spark e2e ## Run everything that CI runs

lint: $(READY) ## Check format and lint
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(READY) ## Check types, strictly
	$(BIN)/mypy

contracts: $(READY) ## Check who imports whom
	$(BIN)/lint-imports

unit: $(READY) ## Run the tests that need neither Spark nor a kernel
	$(BIN)/pytest tests/unit tests/golden -n 2

spark: $(READY) ## Run the tests that need Spark
	$(BIN)/pytest tests/spark

e2e: $(READY) ## Generate a project, run its notebooks on a sample month, read its records and tables
	$(BIN)/pytest tests/e2e -m "not full"

e2e-full: $(READY) ## The same on the whole year
	$(BIN)/pytest tests/e2e -m full

bench: $(READY) ## Measure speed and memory as ratios against plain Spark and a papermill loop
	$(BIN)/python -m benchmarks

bench-size: $(READY) ## Measure what the kit adds to plain Spark on ten million rows
	$(BIN)/python -m benchmarks --rows 10000000 --rounds 1

bench-own: $(READY) ## Measure a CSV file of 100,000 rows from `kit new` to the end of its fifth notebook
	$(BIN)/python -m benchmarks --csv 100000 --rounds 2

lock: ## Compile requirements.lock anew from pyproject.toml
	$(UV) pip compile pyproject.toml --extra local --group dev --universal --python-version 3.10 \
	  --generate-hashes --no-annotate --no-header --quiet --output-file requirements.lock

golden: $(READY) ## Rewrite the golden projects; look at the diff before you commit it
	$(BIN)/pytest tests/unit/test_schema.py --update-golden
	$(BIN)/pytest tests/golden --update-golden

clean: ## Remove what was made, but not your cache
	rm -rf $(VENV) demo dist build .mypy_cache .pytest_cache .ruff_cache .hypothesis
