# The habits of the house. `make` lists them.
UV ?= uv
ARGS ?=

.PHONY: help run test lint types bench docs lock ci

help:
	@sed -n 's/^\([a-z]*\):.*# /  make \1\t/p' Makefile

run: # the demo
	$(UV) run actiontrack demo $(ARGS)

test: # the tests
	$(UV) run pytest $(ARGS)

lint: # ruff, formatting, the layers
	$(UV) run ruff check . && $(UV) run ruff format --check . && $(UV) run lint-imports

types: # mypy, strict
	$(UV) run mypy src connectors/*/src plugins/*/src proof

bench: # the benchmarks
	$(UV) run --group bench python -m benchmarks $(ARGS)

docs: # write the generated reference anew
	$(UV) run python tests/docs/reference.py

lock: # pin versions and hashes after a change of dependencies
	.ci/lock $(ARGS)

ci: # everything that is asked of a change
	.ci/run
