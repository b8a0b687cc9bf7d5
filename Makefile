# Every target does its own set-up, into git-ignored folders (.venv, .tools), and says what it does.
# Start with `make demo` and `make test`; `make help` lists the rest.

PYTHON ?= python3
# What `make example-segmentation` asks pip for; options may stand here too, such as an index of CPU-only builds.
TORCH ?= torch==2.13.0 numpy
LOGGERS := tensorboard wandb
export PYTHON

RUN := .venv/bin/python -m
READY := .venv/.ready
SCHEMA := .venv/bin/check-jsonschema --quiet --builtin-schema vendor
COVERAGE := .artifacts/coverage.txt
SEGMENTATION := .tools/segmentation
IN_CI := $(filter-out 0 false no,$(CI))

.NOTPARALLEL:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help setup editor-tools demo test test-core test-editors test-pythons torture lint docs format bench bench-live example-segmentation clean

help: ## Show this list.
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s '|' 2>/dev/null \
	  || grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST)

setup: $(READY) ## Make .venv and install the project, the server and the development tools.

$(READY): pyproject.toml scripts/setup-venv
	@scripts/setup-venv
	@touch $@

demo: $(READY) ## Start the real language server on examples/quickstart and show its answers.
	@.venv/bin/excore demo

test: lint docs editor-tools $(if $(IN_CI),$(SEGMENTATION)/.ready) test-core test-pythons test-editors ## Everything: lint, types, docs, unit tests, other Pythons, real editors.

lint: $(READY) ## Rules, layout and complexity (ruff), types (mypy, strict but for tests), dead code, CI files.
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) mypy
	$(RUN) mypy --config-file tests/mypy.ini
	$(RUN) vulture
	.venv/bin/zizmor --offline --quiet --no-progress .github
	$(SCHEMA).github-workflows .github/workflows/*.yml
	$(SCHEMA).github-issue-forms $(filter-out %/config.yml,$(wildcard .github/ISSUE_TEMPLATE/*.yml))
	$(SCHEMA).github-issue-config .github/ISSUE_TEMPLATE/config.yml
	$(SCHEMA).dependabot .github/dependabot.yml

docs: $(READY) ## Build the documentation into site/; a broken link or anchor fails.
	.venv/bin/python scripts/write_command_docs.py
	.venv/bin/zensical build --clean --strict

test-core: $(READY) ## All tests but those in real editors; says how many lines they reach.
	@mkdir -p $(dir $(COVERAGE))
	$(RUN) slipcover --out $(COVERAGE) -m pytest tests -n 2 --ignore=tests/editors
	@awk '/^\(summary\)/ { printf "coverage: %d%% of %d lines in the processes of the tests; the others are in $(COVERAGE)\n", $$4, $$2 }' $(COVERAGE)

test-pythons: $(READY) ## The language, index, engine and config tests on each other Python found (3.10 to 3.14).
	.venv/bin/python scripts/test_pythons.py

test-editors: editor-tools ## Real Neovim and real VS Code, one after the other.
	$(RUN) pytest tests/editors

torture: $(READY) ## Hostile workspaces, texts that coverage leads to, random work compared with a fresh server; CASES=10000 SEED=1.
	$(RUN) pytest -q tests/lang/test_growth.py tests/cli/test_hostile_repository.py tests/cli/test_hostile_workspace.py \
	  tests/cli/test_injection.py tests/cli/test_terminal_escapes.py tests/e2e/test_no_code_runs.py tests/e2e/test_torture.py
	.venv/bin/python -c 'import atheris' 2>/dev/null || .venv/bin/python -m pip install --quiet --disable-pip-version-check -e ".[fuzz]"
	@mkdir -p .artifacts
	.venv/bin/python tests/e2e/fuzz.py --cases $(or $(CASES),10000) --seed $(or $(SEED),1) 2>.artifacts/fuzz.log
	.venv/bin/python tests/cli/hostile.py
	.venv/bin/python tests/e2e/endurance.py --seed $(or $(SEED),1)
	.venv/bin/python tests/e2e/torture.py --cases $(or $(CASES),10000) --seed $(or $(SEED),1)

editor-tools: $(READY) ## Fetch what the editor tests need: VS Code's server, Chromium, tmux ...
	@.venv/bin/python tests/editors/tools.py || { test -z "$(IN_CI)" && echo "going on without: tests that need it will be skipped"; }

format: $(READY) ## Let ruff lay out and mend the Python files.
	$(RUN) ruff check --fix .
	$(RUN) ruff format .

bench: $(READY) ## Measure parser, index, check, server and runtime against their peers.
	.venv/bin/python benchmarks/run.py

bench-live: $(READY) ## Compare what is read of 23 packages of PyPI with Python itself, and count mistakes told (installs 8 GB).
	.venv/bin/python benchmarks/live.py
	.venv/bin/python benchmarks/mutants.py

example-segmentation: $(SEGMENTATION)/.ready ## Install PyTorch for the CPU apart from .venv and train examples/segmentation.
	cd examples/segmentation && ../../$(SEGMENTATION)/bin/python train.py

$(SEGMENTATION)/.ready: $(READY) Makefile
	@echo 'setup: $$ python -m venv $(SEGMENTATION); pip install -e . $(TORCH) $(LOGGERS)'
	.venv/bin/python -m venv --clear $(SEGMENTATION)
	$(SEGMENTATION)/bin/python -m pip install --quiet --disable-pip-version-check -e . $(TORCH) $(LOGGERS)
	@touch $@

clean: ## Remove everything that was made or fetched here.
	rm -rf .venv .tools .artifacts .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .cache dist build site
	rm -rf editors/vscode/node_modules editors/vscode/out editors/vscode/bundled
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
