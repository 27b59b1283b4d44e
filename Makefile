PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
BIN := .venv/bin

.PHONY: demo test lint format notebooks clean

demo: .venv/installed  ## translate and summarize an Albanian article, offline
	@$(BIN)/mtsum summarize examples/lajm.txt --sources --show-translation
	@echo "next: . $(BIN)/activate; mtsum --help, or mtsum summarize YOUR-ARTICLE.txt" >&2

test: .venv/installed-dev  ## all tests
	OMP_NUM_THREADS=1 HF_HUB_OFFLINE=1 $(BIN)/python -m pytest

lint: .venv/installed-dev  ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: .venv/installed-dev  ## rewrite the code as ruff formats it
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

notebooks: .venv/installed-dev  ## run the notebooks and save their outputs in place
	OMP_NUM_THREADS=1 HF_HUB_OFFLINE=1 $(BIN)/python scripts/execute_notebooks.py

clean:  ## remove what make made
	rm -rf .venv

.venv/python-ready:
	@echo "Setting up .venv with $(PYTHON); this takes about two minutes, once." >&2
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/installed: pyproject.toml | .venv/python-ready
	@$(BIN)/pip install -qq --disable-pip-version-check -e .
	@touch $@

.venv/installed-dev: .venv/installed
	@$(BIN)/pip install -qq --disable-pip-version-check -e '.[dev]'
	@touch $@
