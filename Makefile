# `make` alone prints this menu; it is made of the comments that start with two hashes.
# Needs make and Python 3.11 or newer; everything else goes into .venv.

PYTHON ?= $(shell for name in python3 python3.11 python3.12 python3.13 python3.14; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$name" && break; done)
VENV := .venv/bin
# Options of `make demo`.
DEALS ?= 2000
# Exact versions with the hashes of their files, and no word about where they come from.
COMPILE := $(VENV)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-annotate --no-header --extra embedded --extra examples pyproject.toml

# Compiled code is kept even where the environment says otherwise: tests start in half the time.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run demo migrate setup setup-dev test lint fmt bench bench-large bench-peers lock graphiql clean

help:
	@awk 'BEGIN {FS = ":.*## "} \
		/^##@/ {printf "\n%s\n", substr($$0, 5)} \
		/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@printf '\nAfter set-up the same is ./voronka serve | demo | workspace | user | token | ...\n'

##@ Run
run: setup ## Set everything up and serve on http://127.0.0.1:8000 (VORONKA_PORT and others: docs)
	@./voronka serve

demo: setup ## Fill a workspace with believable data (DEALS=2000, LOCALE=ru or en)
	@./voronka demo --deals $(DEALS) $(if $(LOCALE),--locale $(LOCALE))

migrate: setup ## Bring the database to this version's schema
	@./voronka migrate

setup: .venv/bin/python ## Install what the server needs into .venv; nothing when that has not changed
	@cmp -s requirements.lock .venv/requirements.lock || { \
		echo "Installing requirements.lock into .venv ..." && \
		$(VENV)/python -m pip install -qq --disable-pip-version-check --no-deps --require-hashes \
			-r requirements.lock && \
		cp requirements.lock .venv/requirements.lock; }

##@ Check
test: setup-dev ## Pass all tests in random order (T=tests/api/test_x.py or T=word for some of them)
	@$(VENV)/python -m pytest $(if $(T),$(if $(findstring /,$(T)),$(T),-k "$(T)"),-n 2)

lint: setup-dev ## Check style, types, the direction of imports, dependencies, the lock files
	$(VENV)/ruff check .
	$(VENV)/ruff format --check .
	$(VENV)/mypy .
	PYTHONPATH=. $(VENV)/lint-imports --no-logo
	$(VENV)/deptry .
	@! grep -nE '://|^ *--?(index|extra-index|find-links|i |f )' requirements.lock requirements-dev.lock \
		examples/typescript/package-lock.json

fmt: setup-dev ## Format the code and mend what can be mended without thought
	$(VENV)/ruff check --fix .
	$(VENV)/ruff format .

bench: setup-dev ## Measure the server on a small workspace; takes up to ten minutes
	@$(VENV)/python -m bench

bench-large: setup-dev ## Measure it on 1,000,000 deals; takes minutes
	@$(VENV)/python -m bench --large

bench-peers: setup-dev ## Measure it beside Node's servers (needs Node)
	@$(VENV)/python -m bench --peers

##@ Maintain
lock: setup-dev ## Choose the versions anew within pyproject.toml (UPGRADE=1: the newest ones)
	$(COMPILE) $(if $(UPGRADE),--upgrade) --output-file requirements.lock
	$(COMPILE) --group dev --constraint requirements.lock $(if $(UPGRADE),--upgrade) \
		--output-file requirements-dev.lock

graphiql: ## Build server/static/graphiql anew from the npm packages (needs node and npm)
	cd server/graphiql && npm install --no-audit --no-fund && npm run build

setup-dev: .venv/bin/python ## Install what tests and checks need as well
	@cmp -s requirements-dev.lock .venv/requirements-dev.lock || { \
		echo "Installing requirements-dev.lock into .venv ..." && \
		$(VENV)/python -m pip install -qq --disable-pip-version-check --no-deps --require-hashes \
			-r requirements-dev.lock && \
		cp requirements-dev.lock .venv/requirements-dev.lock && \
		cp requirements.lock .venv/requirements.lock; }

clean: ## Remove .venv and the caches; the data in .data stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -not -path './.data/*' -prune -exec rm -rf {} +

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; none was found." >&2; exit 1; }
	@echo "Making .venv with $(PYTHON) ..."
	@$(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; }
