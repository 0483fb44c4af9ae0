# Every command makes .venv and installs what it needs; `make help` lists them.
PYTHON := .venv/bin/python

# What stands on the command line, as in `make run PORT=9000`, reaches the portal as environment.

.DEFAULT_GOAL := help
.PHONY: help run demo serve worker beat test lint format bench pins install install-dev browser

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-9s %s\n", $$1, $$2}' Makefile

run: install ## Start the portal on http://127.0.0.1:8000 (PORT and HOST change that)
	@exec $(PYTHON) manage.py run

demo: install ## Start the portal with a simulated provider: many models, no key
	@exec $(PYTHON) -m tests.demo

serve: install ## Scaled set-up: web processes (needs REDIS_URL)
	@exec $(PYTHON) manage.py serve

worker: install ## Scaled set-up: a worker (needs REDIS_URL)
	@exec $(PYTHON) manage.py worker

beat: install ## Scaled set-up: the periodic jobs, exactly one (needs REDIS_URL)
	@exec $(PYTHON) manage.py beat

test: install-dev browser ## Run everything that must hold
	@exec $(PYTHON) -m tests.everything

lint: install-dev ## Check style, types and imports
	@exec $(PYTHON) -m tests.everything --static

format: install-dev ## Bring the code into shape
	@$(PYTHON) -m ruff check --fix --quiet . ; $(PYTHON) -m ruff format .

bench: install-dev ## Measure the scaled set-up on this machine
	@exec $(PYTHON) -m bench

pins: install-dev ## Turn requirements*.in into requirements*.txt, with versions and hashes
	@for name in requirements requirements-dev; do \
		.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
			--no-emit-index-url --no-header --no-strip-extras $(PINS) $$name.in -o $$name.txt || exit 1; \
	done

install:
	@python3 mmchat/install.py

install-dev:
	@python3 mmchat/install.py requirements.txt requirements-dev.txt

browser:
	@sh tests/browser/install.sh
