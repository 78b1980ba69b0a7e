# Harmony. `make help` lists the targets. Works with GNU make 3.81 and later.

PORT ?= 8501
ADDRESS ?= localhost
ARGS ?=
JOBS ?= 2
VENV := .venv
BIN := $(VENV)/bin
LOCK = $(BIN)/uv pip compile -q --no-config --universal --python-version 3.11 --generate-hashes \
	--no-annotate --custom-compile-command "make lock"
# The variable silences the theme's notice about MkDocs 2, printed with every build.
MKDOCS := NO_MKDOCS_2_WARNING=1 $(BIN)/python -W error -m mkdocs
PIP_INSTALL := $(BIN)/python -m pip install --disable-pip-version-check
APP := requirements.txt $(patsubst %,requirements-%.txt,analysis app embedding inspect loss study)
DEV := $(patsubst %,requirements-%.txt,cluster dev login)

.DEFAULT_GOAL := help
.PHONY: help run install dev test test-fast lint format bundle docs docs-serve lock types check bench clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

run: install ## install what is missing and serve http://localhost:8501 (PORT=…, ADDRESS=…)
	$(BIN)/python -m streamlit run app.py --server.headless=true \
		--server.address=$(ADDRESS) --server.port=$(PORT) $(ARGS)

install: $(VENV)/.installed ## create .venv with what the app needs (PYTHON=… selects the Python)

dev: $(VENV)/.installed-dev ## install also what the tests and checks need

$(VENV)/.installed: $(APP)
	@test -x $(BIN)/python || { python=$$(scripts/find-python) && "$$python" -m venv $(VENV); }
	@echo "Installing the requirements into $(VENV); the first time this takes a few minutes."
	@$(PIP_INSTALL) $(if $(CI)$(wildcard $(VENV)/.installed*),-q) -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed $(DEV)
	@$(PIP_INSTALL) -q -r requirements.txt $(patsubst %,-r %,$(DEV))
	@touch $@

test: dev ## run all tests, also those in a browser (ARGS="-k name" selects some)
	@scripts/find-browser
	@scripts/node-tools || true
	$(BIN)/python -m pytest -n $(JOBS) $(ARGS)

test-fast: dev ## run the tests that are fast and need no browser
	$(BIN)/python -m pytest -n $(JOBS) -m "not browser and not slow" $(ARGS)

lint: dev ## check rules and format: ruff; eslint and prettier if npm is installed
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	@scripts/node-tools
	@test ! -d node_modules || npm run --silent lint

format: dev ## fix what ruff, eslint and prettier can fix
	$(BIN)/python -m ruff check --fix .
	$(BIN)/python -m ruff format .
	@scripts/node-tools
	@test ! -d node_modules || npm run --silent format

bundle: ## build the view for the browser from its JavaScript and CSS (needs npm)
	@scripts/node-tools
	npm run --silent build

docs: dev ## build the documents as a site in site/, with warnings as errors
	$(MKDOCS) build --quiet

docs-serve: dev ## serve the documents at http://localhost:8000 and build them anew as they change
	$(MKDOCS) serve

lock: dev ## pin requirements.txt anew, with hashes (ARGS=--upgrade for the newest releases)
	$(LOCK) requirements.txt -o requirements.lock $(ARGS)
	$(LOCK) requirements-login.txt -c requirements.lock -o requirements-login.lock $(ARGS)

types: dev ## check types: mypy --strict
	$(BIN)/python -m mypy

check: lint types test ## run everything that has to pass

bench: dev ## run all benchmarks (hours; `python -m harmony_core bench` takes minutes)
	@for file in benchmarks/[a-z]*.py; do echo "$$file"; $(BIN)/python "$$file" $(ARGS) || exit 1; done

clean: ## remove .venv and caches, but not the experiments in runs/
	rm -rf $(VENV) node_modules build dist site *.egg-info .pytest_cache .ruff_cache .mypy_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
