# CityExam: every command a newcomer needs. `make help` lists them.

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
HOST ?= 127.0.0.1
FLASK := $(BIN)/flask --app wsgi
CATALOGUE := app/i18n/translations/en/LC_MESSAGES/messages.mo
# A seed makes the demonstration; another seed makes another city's figures.
SEED ?= 20241122

CITYEXAM_BASE_URL ?= http://$(HOST):$(PORT)
export CITYEXAM_BASE_URL

.DEFAULT_GOAL := help
.PHONY: help setup demo run serve summary test check vectors bench browser format lock messages clean

help: ## List the commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@ $(VENV)/.installed

%.mo: %.po $(VENV)/.installed
	$(BIN)/pybabel -q compile -i $< -o $@

setup: $(VENV)/.installed $(CATALOGUE) ## Make the virtual environment and the language files

demo: setup ## Build the demonstration city (once; `make clean` forgets it)
	@$(FLASK) demo build --seed $(SEED)

run: demo summary serve ## Set up, build the demonstration, say what it did, and serve it

summary: setup
	@$(FLASK) exam summary --year 2024

serve: setup ## Serve what is there on HOST:PORT
	@$(BIN)/gunicorn --config gunicorn.conf.py --bind $(HOST):$(PORT) wsgi:app

browser: ## Install Chromium and a Chinese font where they are missing (Debian, as root)
	@scripts/install_browser.sh

check: $(VENV)/.installed-dev $(CATALOGUE) ## Format, lint, types, layers, migrations, OpenAPI, translations
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/check_migrations.py
	$(BIN)/python scripts/openapi.py --check
	$(BIN)/python scripts/settings_reference.py --check
	$(BIN)/python scripts/check_translations.py

test: $(VENV)/.installed-dev $(CATALOGUE) browser check ## All checks and tests, on SQLite and on PostgreSQL where one is reachable
	$(BIN)/python scripts/run_tests.py

vectors: $(VENV)/.installed-dev ## Let JavaRosa write the test vectors of the expressions (needs Java 17)
	$(BIN)/python -m scripts.oracle

bench: $(VENV)/.installed-dev ## All benchmarks
	$(BIN)/python -m benchmarks

format: $(VENV)/.installed-dev ## Format and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

messages: $(VENV)/.installed-dev ## Collect new texts into the English catalogue
	$(BIN)/python scripts/collect_messages.py

lock: ## Write the exact versions from the .in files
	$(BIN)/uv pip compile -q --python-version 3.11 --no-header requirements.in -o requirements.txt
	$(BIN)/uv pip compile -q --python-version 3.11 --no-header requirements-dev.in -o requirements-dev.txt

clean: ## Forget the demonstration and its database
	rm -rf instance
