# make demo · make test · make check · make bench — each sets up what it needs and is safe to repeat.
# Options: make demo PORT=8080 DATA=.data/demo · make bench ONLY=name · make … PYTHON=/path/to/python3
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

PORT ?= 8080
DATA ?= .data/demo
ONLY ?=
TESTS ?= tests
export PYTHON

RUN := .venv/bin
NODE = PATH="$$($(RUN)/python -c 'from vitrail.sandbox.node import node_binary; print(node_binary().parent)'):$$PATH"

.PHONY: help setup setup-dev demo test test-python test-web check bench lock openapi

help:
	@printf '%s\n' \
	  'make demo    a running instance with data, two people and a licence of its own (PORT=8080)' \
	  'make test    all tests' \
	  'make check   style, types and locks' \
	  'make bench   benchmarks into benchmarks/results.json (ONLY=name for one)' \
	  'make setup   only prepare; the others do it by themselves'

# What a server needs, and no more.
setup:
	@scripts/setup.sh server web toolchain chromium

setup-dev:
	@scripts/setup.sh dev web node_dev toolchain chromium

demo: setup
	@exec $(RUN)/vitrail demo --data-dir "$(DATA)" --port "$(PORT)"

test: setup-dev
	@scripts/test.sh $(TESTS)

check: setup-dev
	@scripts/check.sh

bench: setup-dev
	@$(RUN)/python -m benchmarks $(if $(ONLY),--only "$(ONLY)")

# After a change of requirements/*.in. The lock files hold hashes and no addresses.
lock:
	@cd requirements && for name in server dev; do \
	  ../$(RUN)/uv pip compile "$$name.in" -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o "$$name.lock"; \
	done

# After a change of a route: the document that the pages' client is made from.
openapi: setup-dev
	@$(RUN)/vitrail openapi >web/openapi.json
	@cd web && PATH="$$(cd .. && $(RUN)/python -c 'from vitrail.sandbox.node import node_binary; print(node_binary().parent)'):$$PATH" node node_modules/openapi-typescript/bin/cli.js openapi.json -o src/api/schema.d.ts
