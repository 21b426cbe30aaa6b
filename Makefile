# The two commands are `make paper` and `make test`; `make check` holds the quality gates.
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
EXPERIMENTS := .venv-experiments
PIP := PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt PIP_DISABLE_PIP_VERSION_CHECK=1 $(BIN)/python -m pip install --quiet

.PHONY: help gallery session paper test rates soak check experiments bench clean
help:
	@echo "make paper        install everything and build the sample papers"
	@echo "make test         install what the tests need and run the suite"
	@echo "make rates        the slow tests: error rates of every default path, simulated"
	@echo "make soak         the fast tests on cases that were not drawn before"
	@echo "make check        formatting, lint, types, layers, start-up"
	@echo "make experiments  run the samples' experiments again (about 15 minutes)"
	@echo "make bench        start-up, build, reading and statistics, as ratios"
	@echo "make gallery      docs/gallery.md: every table and figure in three venues' pages"
	@echo "make session      docs/overleaf-session.md: a session with Overleaf's stand-in, recorded"
	@echo "make clean        remove what was built"

paper: $(VENV)/.paperforge
	@scripts/tex.sh
	@scripts/samples.sh $(BIN)/paperforge

test: $(VENV)/.test
	@scripts/tex.sh --tests
	$(BIN)/python -m pytest -n 2 tests -m "not slow"

rates: $(VENV)/.test
	@scripts/tex.sh --tests
	$(BIN)/python -m pytest -n 2 tests -m slow

soak: $(VENV)/.test
	PAPERFORGE_SOAK=1 $(BIN)/python -m pytest -n 2 tests -m "not slow and not tex"

check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/test_layers.py tests/test_startup.py

experiments: $(EXPERIMENTS)/.ready
	$(EXPERIMENTS)/bin/python sample_paper/adaptation/experiments/run.py
	$(EXPERIMENTS)/bin/python sample_paper/evaluation/experiments/run.py

bench: $(VENV)/.paperforge
	@scripts/tex.sh
	$(BIN)/python benchmarks/run.py
	$(BIN)/python benchmarks/reading.py
	$(BIN)/python benchmarks/stores_tensorboard.py
	$(BIN)/python benchmarks/stores_mlflow.py
	$(BIN)/python benchmarks/resampling.py
	$(BIN)/python benchmarks/runs_tasks.py
	$(BIN)/python benchmarks/corpus.py
	$(BIN)/python benchmarks/tables.py
	$(BIN)/python benchmarks/figures.py
	$(BIN)/python benchmarks/sync.py

$(VENV)/bin/python:
	@scripts/python.sh $(VENV)

$(VENV)/.paperforge: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "installing paperforge …"
	@$(PIP) --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.paperforge
	@echo "installing what the tests need …"
	@$(PIP) --editable '.[test]' torch==2.13.0
	@touch $@

$(VENV)/.dev: $(VENV)/.test
	@echo "installing the quality gates …"
	@$(PIP) --editable '.[test,dev]'
	@touch $@

# The experiments have an environment of their own: mlflow is no dependency of paperforge.
$(EXPERIMENTS)/.ready: $(wildcard sample_paper/*/experiments/requirements.txt)
	@scripts/python.sh $(EXPERIMENTS)
	@echo "installing what the experiments need …"
	@$(EXPERIMENTS)/bin/python -m pip install --quiet -r sample_paper/adaptation/experiments/requirements.txt -r sample_paper/evaluation/experiments/requirements.txt
	@touch $@

gallery: $(VENV)/.paperforge
	@scripts/tex.sh --tests
	$(BIN)/python scripts/gallery.py

session: $(VENV)/.test
	@scripts/tex.sh --tests
	$(BIN)/python scripts/overleaf_session.py

clean:
	rm -rf sample_paper/*/build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
