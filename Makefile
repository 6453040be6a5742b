# `make run` and `make test` work on a machine with Python 3.11+ and pip, and nothing else.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PORT ?= 8000

.PHONY: run test lint bench mutants clean

run: $(VENV)/.run
	$(BIN)/sms-triage run --port $(PORT)

test: $(VENV)/.dev
	$(BIN)/pytest

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/sms-triage menus check
	$(BIN)/sms-triage vignettes tests/vignettes/*.yaml

bench: $(VENV)/.dev
	$(BIN)/python -m benchmarks

# Which faults would no test notice? SAMPLE=120 tries some for so many seconds, ONLY=outbox those in files named so.
mutants: $(VENV)/.dev
	$(BIN)/python -m tests.mutants $(if $(SAMPLE),--seconds $(SAMPLE) --floor 50) $(if $(ONLY),--only $(ONLY))

$(VENV)/.run: requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.lock
	touch $@

clean:
	rm -rf $(VENV) dist
