# Each target is one command on a fresh machine: the environment is made when it is missing.
.DEFAULT_GOAL := help
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
TESTS ?= tests
JOBS ?= 2
SERVE ?=

.PHONY: help core demo test test-network lint bench lock samples pictures clean

help: ## print this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F'\t' '{printf "  make %-14s %s\n", $$1, $$2}'

$(READY): requirements.lock pyproject.toml
	@python=$$(sh deploy/python.sh) && rm -f $(READY) && "$$python" -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $(READY)

# Nothing to do unless the sources have changed since; without a compiler it says so, and Python does the same.
core: $(READY)
	@$(BIN)/python analyzer/dex/native/compiler.py

demo: core ## the whole story on the samples and a real app; SERVE=1 leaves the server up
	$(BIN)/eduaudit demo $(if $(SERVE),--serve)

test: core lint ## lint, types, architecture and all offline tests
	$(BIN)/python -m pytest -n $(JOBS) $(TESTS)

test-network: core ## the tests that fetch public packages from PyPI and npm
	$(BIN)/python -m pytest -m network -n $(JOBS) --dist loadgroup $(TESTS)

lint: $(READY) ## ruff, mypy, import-linter, rule data
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/eduaudit rules lint

bench: core ## the benchmark tables (minutes; fetches real apps)
	$(BIN)/python benchmarks/static.py

pictures: $(READY) ## take the pictures of the READMEs anew from the real product (needs Chromium)
	EDUAUDIT_WRITE_PICTURES=1 $(BIN)/python -m pytest -n0 -q tests/e2e/test_pictures.py
	$(BIN)/python docs/pictures/record.py zh docs/pictures/audit_zh.svg
	$(BIN)/python docs/pictures/record.py en docs/pictures/audit_en.svg

samples: $(READY) ## build the sample apps again from source
	$(BIN)/python samples/build.py

lock: $(READY) ## resolve requirements.lock anew: versions and hashes only
	$(BIN)/uv pip compile pyproject.toml --extra proxy --extra registry --extra postgres --extra s3 --extra reports --extra signing --group dev \
	  --universal --python-version 3.12 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header \
	  --upgrade --quiet --output-file requirements.lock

clean: ## remove the environment and all caches in this folder
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache dist build
