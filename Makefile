# `make` lists the targets. Everything runs in .venv, built from requirements.lock; nothing else is installed.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV
# Without bytecode on disk each of the many processes of a study or a test run would compile every module again.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= python3
JOBS ?= $(shell getconf _NPROCESSORS_ONLN)
# An empty UV means plain pip: make UV= setup
UV ?= $(shell command -v uv)

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
# The study whose notebooks `make lab` opens
STUDY ?= demo
# How many times as many examples as in `make unit` the property tests draw, and each time new ones
FUZZ ?= 60
# How many runs of the smoke study `make chaos` strikes
CHAOS ?= 10
PROFILE := --workflow-profile workflow/profiles/default
DEMO := --configfile workflow/presets/demo.yaml
SMOKE := --configfile workflow/presets/smoke.yaml
PYTEST := $(BIN)/python -m pytest
# The benchmarks' peers lie in a folder of .venv that is on the path of the benchmarks only: they see the same NumPy, nothing
# else can come to need them, and they go when .venv goes.
PEERS := $(VENV)/peers
ADD = $(if $(UV),$(UV) pip install --python $(BIN)/python,$(BIN)/python -m pip install) --require-hashes --no-deps
ADD_PEER = $(ADD) --quiet --target $(PEERS)
# Plug-ins of schedulers lie apart as well: Snakemake imports each that it finds, at every start.
CLUSTERS := $(VENV)/clusters
LOCK := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --quiet
# The requirements of one extra
EXTRA = python3 -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["$(1)"], sep="\n")'

export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: help setup demo lab test lint format types unit fuzz workflow-tests chaos test-slurm gpu-day gpu bench bench-core docs lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 16

setup: $(READY) ## build .venv from the lock (once)

demo: setup ## run the demo study and write its report
	snakemake --cores $(JOBS) $(DEMO) $(PROFILE)
	snakemake --cores 1 $(DEMO) $(PROFILE) --report results/demo/report.html
	python -m lsalsa.study.pages.report results/demo/report.html
	python -m lsalsa.study.provenance.crate results/demo workflow/presets/demo.yaml
	@printf '\nThe demo study is complete. Open results/demo/report.html\n'

lab: setup ## open the executed notebooks of a study in JupyterLab: make lab STUDY=laptop
	@test -d results/$(STUDY)/notebooks || { echo "results/$(STUDY)/notebooks is not there; run the study first, for the demo by: make demo" >&2; exit 1; }
	@$(BIN)/python -c 'import jupyterlab' 2> /dev/null || $(ADD) --requirement requirements-jupyter.lock
	$(BIN)/python -m jupyterlab --notebook-dir results/$(STUDY)/notebooks

test: lint types unit workflow-tests ## everything that must pass

lint: setup ## ruff, docstrings, snakefmt, snakemake --lint
	ruff check .
	ruff format --check .
	python tests/docstrings.py
	snakefmt --check --compact-diff Snakefile workflow papers
	snakemake --lint $(SMOKE)

format: setup ## rewrite the sources as lint wants them
	ruff check --fix .
	ruff format .
	snakefmt Snakefile workflow papers

types: setup ## mypy on src
	mypy

unit: setup ## unit, contract and property tests, and those of the papers
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(PYTEST) -n 2 tests/unit tests/contract tests/property papers

fuzz: setup ## the property tests for long, on new examples: make fuzz FUZZ=500
	LSALSA_FUZZ=$(FUZZ) OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(PYTEST) -n 2 tests/property

workflow-tests: setup ## the smoke study through the real workflow
	$(PYTEST) -n 2 tests/workflow tests/chaos

chaos: setup ## strike the smoke study at random moments, for long: make chaos CHAOS=30
	LSALSA_CHAOS=$(CHAOS) $(PYTEST) -o faulthandler_timeout=0 -s tests/chaos

test-slurm: $(CLUSTERS)/ready ## the workflow on a real Slurm cluster of this machine alone (root; Debian: slurm-wlm, munge)
	PYTHONPATH=$(CURDIR)/$(CLUSTERS) OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(PYTEST) -o faulthandler_timeout=0 \
	  tests/slurm tests/unit/test_profiles.py

gpu-day: gpu ## ten minutes on a GPU: numerics, memory, speed, the demo; results/gpu_day/index.html
	PYTHONPATH=src:tests:. python tests/gpu_day.py results/gpu_day

gpu: setup ## add CuPy to .venv, from its own lock
	$(ADD) --requirement requirements-gpu.lock

bench: $(PEERS)/ready bench-core ## time everything, peers included, and plot it: results/benchmarks/speed.png
	python -m benchmarks.plots

bench-core: setup ## time everything; peers that are not installed are skipped
	PYTHONPATH=$(PEERS) python -m benchmarks.core $(BENCH)

docs: setup ## the documentation site, examples run: docs/site
	python -m sphinx -W --keep-going -q -b html docs docs/site
	@printf 'Open docs/site/index.html\n'

lock: ## resolve pyproject.toml anew into the locks (needs uv)
	$(if $(UV),,$(error make lock needs uv on the PATH))
	$(UV) pip compile $(LOCK) --extra study --extra dev pyproject.toml --output-file requirements.lock
	$(call EXTRA,gpu) | $(UV) pip compile $(LOCK) --constraint requirements.lock --no-emit-package numpy - --output-file requirements-gpu.lock
	$(UV) pip compile $(LOCK) --extra study --extra dev --extra jupyter --constraint requirements.lock pyproject.toml --output-file requirements-jupyter.lock
	$(call EXTRA,clusters) | $(UV) pip compile $(LOCK) --constraint requirements.lock \
	  $$(sed -nE 's/^([a-z0-9._-]+)==.*/--no-emit-package \1/p' requirements.lock) - --output-file requirements-clusters.lock

clean: ## remove the environment, caches and generated pages; results stay
	rm -rf $(VENV) docs/site docs/gallery docs/reference __pycache__ .pytest_cache .ruff_cache .mypy_cache
	find src papers scripts tests workflow -name __pycache__ -type d -prune -exec rm -rf {} +

# Always from an empty folder: an interrupted installation leaves no half of a package behind.
$(READY): requirements.lock
	@command -v $(PYTHON) > /dev/null || { echo "$(PYTHON) was not found; name a Python >= 3.11: make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "lsalsa needs Python >= 3.11, found $$($(PYTHON) -V 2>&1); name another: make PYTHON=/path/to/python3" >&2; exit 1; }
ifneq ($(UV),)
	$(UV) venv --quiet --clear --python "$$(command -v $(PYTHON))" $(VENV)
	$(UV) pip sync --python $(BIN)/python --require-hashes --compile-bytecode requirements.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
else
	@$(PYTHON) -m venv --clear $(VENV) || { echo "$(PYTHON) cannot make a venv (Debian and Ubuntu: apt install python3-venv)" >&2; exit 1; }
	$(BIN)/python -m pip install --disable-pip-version-check --require-hashes --no-deps --requirement requirements.lock
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation --editable .
endif
	@touch $@

$(CLUSTERS)/ready: requirements-clusters.lock | $(READY)
	rm -rf $(CLUSTERS) && mkdir -p $(CLUSTERS)
	$(if $(UV),$(UV) pip install --python $(BIN)/python,$(BIN)/python -m pip install) --quiet --require-hashes --no-deps --target $(CLUSTERS) \
	  --requirement $<
	@touch $@

$(PEERS)/ready: requirements-bench.lock | $(READY)
	rm -rf $(PEERS) && mkdir -p $(PEERS)
	for peer in spams sporco torch jax; do \
	  $(ADD_PEER) --requirement <(awk -v RS= "/^# $$peer/" $<) || echo "$$peer cannot be installed here; its rows will say skipped" >&2; \
	done
	@touch $@
