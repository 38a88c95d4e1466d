# make demo · make test · make check · make bench — each sets up what it needs and is safe to repeat.
SHELL := /bin/bash
PY := .venv/bin/python
VITRAIL := .venv/bin/vitrail

.PHONY: setup demo test check bench lock
