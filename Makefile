# `make mnist` and `make test` need Python 3.11+, git and make, and nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= 2

.PHONY: help install dev mnist check format test test-jax bench pictures clean

help:            ## show this list
	@grep -E '^[a-z-]+: .*##|^[a-z-]+: *##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | expand -t 12

install: $(VENV)/.installed          ## create .venv with kerasdl in it

dev: $(VENV)/.installed-dev          ## the same, with what checks and tests need

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@

mnist: install   ## train, measure, picture and export the first recipe
	$(BIN)/kerasdl recipe mnist
	@echo "(for these commands: source $(VENV)/bin/activate)"

check: dev       ## lint, formatting, types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: dev      ## put the code into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

test: dev        ## every test, in two processes or WORKERS=N
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile

test-jax: dev    ## the layers on Keras's JAX backend
	PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --editable '.[jax]'
	KERAS_BACKEND=jax $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m 'not slow_on_jax' \
		tests/layers tests/losses tests/ops tests/schedules

bench: dev       ## kerasdl against Keras and PyTorch, side by side
	PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --editable '.[bench]'
	$(BIN)/python benchmarks/mnist_mlp.py
	$(BIN)/python benchmarks/dropout.py
	$(BIN)/python benchmarks/recurrent.py
	$(BIN)/python benchmarks/attention.py
	$(BIN)/python benchmarks/transformer_block.py
	$(BIN)/python benchmarks/gpt.py
	$(BIN)/python benchmarks/vit.py
	$(BIN)/python benchmarks/resnet.py
	$(BIN)/python benchmarks/serving.py --clients 32
	$(BIN)/python benchmarks/serving.py --clients 1

pictures: dev    ## draw the pictures of docs/layers/ anew
	$(BIN)/python docs/make_pictures.py

clean:           ## remove what the commands above made, but not runs/ and saved_models/
	rm -rf $(VENV) build dist .pytest_cache .ruff_cache .mypy_cache *.egg-info
