# Every target makes the .venv it needs; a second run finds it ready.
#   make demo   set everything up and paint the tutorial's example
#   make test   set everything up and run every check
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
DEMO := 1girl, pink hair, upper body, green_shirt, sky blue eyes

.PHONY: demo test lint coverage bench evaluate clean

demo: .venv/demo.stamp
	@echo 'painting: $(DEMO)'
	@$(BIN)/tagloom paint '$(DEMO)' --negative 'extra hand, extra leg' --seed 7 --out outputs

test: lint coverage
	$(BIN)/python -m pytest

coverage: .venv/dev.stamp
	$(BIN)/python -m coverage run -m pytest tests/prompt tests/tokenizer tests/conformance
	$(BIN)/python -m coverage report

evaluate: .venv/dev.stamp
	$(BIN)/python -m training.paperdoll.evaluation.evaluate src/tagloom/bundled/paperdoll training/paperdoll/results.json
	$(BIN)/python -m training.paperdoll.evaluation.card src/tagloom/bundled/paperdoll training/paperdoll/results.json training/paperdoll/judge.json
	$(BIN)/python -m training.paperdoll.evaluation.samples src/tagloom/bundled/paperdoll docs/paperdoll.png
	$(BIN)/python tools/write_manifest.py src/tagloom/bundled/paperdoll

lint: .venv/dev.stamp
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/dev.stamp
	@for name in prompt_language tokenizer_speed translation_speed tag_search one_picture bundled_batch cold_start load_checkpoint decode_memory sd15_step; do echo "== $$name"; $(BIN)/python -m benchmarks.$$name || exit 1; done

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo 'tagloom needs Python 3.11 or newer: install it, or name it with make PYTHON=...' >&2; exit 1; }
	$(PYTHON) -m venv .venv

.venv/demo.stamp: pyproject.toml constraints.txt | .venv/bin/python
	@echo 'installing tagloom with torch into .venv: this takes a minute or two, once'
	$(PIP) -e '.[torch]'
	@touch $@

.venv/dev.stamp: pyproject.toml constraints.txt | .venv/bin/python
	@echo 'installing tagloom with everything its checks need into .venv: a few minutes, once'
	$(PIP) -e '.[dev]'
	@touch $@
