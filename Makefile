# clickledger: everything a person types. `make` alone says what there is.
SHELL := /bin/sh
.SHELLFLAGS := -eu -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
STAGE ?= prod
# The stack's name; clickledger-<stage> if empty.
NAME ?=
# Parameters of the template for deploy, as in PARAMETERS="Domain=go.example.com TimeZone=Europe/Berlin"
PARAMETERS ?=
# What destroy does with tables, reports and keys: keep or delete.
DATA ?= keep
# What test runs, for a part of it: make test TESTS=tests/model
TESTS ?= tests

PY := .venv/bin/python
PIP_OPTIONS := --quiet --quiet --disable-pip-version-check --no-input --require-hashes
SOURCES = $(wildcard app.py clickledger audit chalicelib infra demo bench simulation tests)

.PHONY: help setup lock package run test browser fuzz stress bench measure robots deploy destroy clean

help: ## say what there is
	@echo 'make ...'
	@sed -n 's/^\([a-z]*\):[^#]*## /\1#/p' Makefile | awk -F'#' '{ printf "  %-9s %s\n", $$1, $$2 }'

setup: .venv/ready .venv-stack/ready ## make both environments, exactly as locked
	@:

run: setup ## start the product here: local AWS, demo network, demo shop
	@$(PY) -m demo.run $(if $(PORT),--port $(PORT)) $(if $(SHOP_PORT),--shop-port $(SHOP_PORT))

package: .venv/ready ## make build/<STAGE>/ for CloudFormation
	@$(PY) -m infra.package --stage $(STAGE)

test: setup browser ## check style and types, run all tests
	@echo 'test: ruff' && .venv/bin/ruff check $(SOURCES)
	@.venv/bin/ruff format --check --quiet $(SOURCES) || { echo 'test: not formatted: .venv/bin/ruff format'; exit 1; }
	@echo 'test: mypy' && .venv/bin/mypy --strict $(SOURCES)
	@echo 'test: pytest' && $(PY) -m pytest $(TESTS)

fuzz: setup ## 50,000 hostile requests for each route through each door
	@$(PY) -m tests.hostile $(COUNT)

stress: setup ## 30,000 deliveries with faults and kills; writes build/stress.json
	@$(PY) -m bench.stress

simulate: .venv/ready ## 1,000 seeds of clock, faults and crashes in memory; or one again: SEED=123
	@$(PY) -m simulation $(if $(SEED),--seed $(SEED)) $(if $(SEEDS),--seeds $(SEEDS))

bench: setup ## what the program costs; writes build/bench.json
	@$(PY) -m bench

measure: .venv/ready ## how well visits are told apart; DATA=folder: on rows of yours
	@$(PY) -m bench.traffic $(if $(filter-out keep delete,$(DATA)),'$(DATA)')
	@$(PY) -m bench.evidence

robots: .venv/ready ## renew the names of robots from the installed lists
	@$(PY) -m infra.robots

deploy: .venv/ready ## put the STAGE into service on the AWS account of the environment
	@$(PY) -m infra.stack deploy --stage $(STAGE) --name '$(NAME)' $(PARAMETERS)

destroy: .venv/ready ## take the STAGE down; its data stays unless DATA=delete
	@$(PY) -m infra.stack destroy --stage $(STAGE) --name '$(NAME)' --data $(DATA)

lock: ## resolve requirements/*.in anew and write the locks with their hashes
	@$(PYTHON) -m venv build/lock && build/lock/bin/python -m pip install --quiet --disable-pip-version-check uv
	@for name in dev stack; do \
		echo "lock: requirements/$$name.lock"; \
		build/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
			--no-header --no-annotate --upgrade requirements/$$name.in -o requirements/$$name.lock; \
	done

clean: ## remove what make made; environments and the demo's data in .local stay
	@rm -rf build .mypy_cache .pytest_cache .ruff_cache .hypothesis

# An environment is made anew when its lock changes; `ready` is its stamp.
.venv/ready: requirements/dev.lock
	@$(call environment,.venv,requirements/dev.lock,the project's environment)

.venv-stack/ready: requirements/stack.lock
	@$(call environment,.venv-stack,requirements/stack.lock,the local AWS)

define environment
command -v $(PYTHON) >/dev/null || { echo 'setup: there is no $(PYTHON): install Python 3.11 or newer'; exit 1; }; \
$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	|| { echo "setup: $$($(PYTHON) --version) is too old: install Python 3.11 or newer, or say PYTHON=python3.11"; exit 1; }; \
$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null \
	|| { echo 'setup: Python has no venv: install it (Debian: apt-get install python3-venv)'; exit 1; }; \
echo "setup: $(3) in $(1), $$(grep -c '^[a-z]' $(2)) packages"; \
$(1)/bin/python -c '' 2>/dev/null || $(PYTHON) -m venv --clear $(1); \
$(1)/bin/python -m pip install $(PIP_OPTIONS) -r $(2) \
	|| { echo 'setup: the packages could not be installed: is the package index reachable?'; exit 1; }; \
touch $@
endef

browser:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || { \
		as=''; [ "$$(id -u)" = 0 ] || as='sudo -n'; \
		echo 'test: installing chromium'; \
		{ $$as apt-get update -qq && $$as apt-get install -y -qq --no-install-recommends chromium; } >/dev/null 2>&1 \
			|| { echo 'test: there is no chromium and it could not be installed (Debian: apt-get install chromium)'; exit 1; }; \
	}
