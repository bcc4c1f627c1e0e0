# Each target installs what it needs; see ivr/platform/bootstrap.py.
PYTHON ?= python3
SETUP = @$(PYTHON) -I ivr/platform/bootstrap.py
BIN = .venv/bin

# Every process reads the same sources: compiled once, whatever the environment says of it.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help up down status demo test lint bench load soak images-test

help: ## tell what can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

up: ## run the platform in this terminal; Ctrl-C stops it
	$(SETUP) run
	@$(BIN)/vaxel up

down: $(BIN)/vaxel ## stop what runs
	@$(BIN)/vaxel down

status: $(BIN)/vaxel ## tell what runs, since when, and what is wrong
	@$(BIN)/vaxel status

demo: $(BIN)/vaxel ## let callers and agents loose on the running platform; Ctrl-C stops them
	@$(BIN)/vaxel demo

# Calls mostly wait for audio: four platforms at once keep half of two cores busy. What only computes
# is done before: beside it their audio was broken now and then, and words were not heard.
TOGETHER = $(BIN)/pytest --dist worksteal
test: lint ## prove it: style, types, import rules, then every test
	$(TOGETHER) -n 3 tests/unit tests/integration
	$(TOGETHER) -n 4 tests/e2e

lint: ## style, types and import rules alone
	$(SETUP) dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: ## measure it side by side with its peers
	$(SETUP) bench
	$(BIN)/python -m tests.load.bench

load: ## prove it at size: faults under many calls, ten thousand moments at once
	$(SETUP) dev
	VAXEL_COLLISIONS=10000 $(BIN)/pytest tests/integration/acd/test_collisions.py tests/load

soak: ## ten minutes of calls in two thousand queues, every figure held against what was done
	$(SETUP) dev
	$(BIN)/python -m tests.load.soak

images-test: ## build the production images, start them, make a call through them
	$(SETUP) images
	$(BIN)/pytest tests/images

$(BIN)/vaxel:
	@echo "Växel is not set up yet; run: make up" >&2; exit 2
