# The course's few verbs; `make help` lists them.
PYTHON ?= python3
COURSE_LANG ?= en
VENV := .venv
BIN := $(VENV)/bin
UV := .boot/bin/uv
INSTALL = $(UV) pip install --quiet --python $(BIN)/python -c constraints.txt
export UV_PYTHON_DOWNLOADS := never

.PHONY: help setup lab teach test build bench stress
.DEFAULT_GOAL := help

help:     ## list these verbs
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 10

setup: $(VENV)/.course  ## make the environment that the course runs in

lab: $(VENV)/.course    ## open the course in JupyterLab (COURSE_LANG=zh for Chinese)
	@$(BIN)/ecomlab lab --lang $(COURSE_LANG)

teach: $(VENV)/.course  ## open the instructor's JupyterLab, with nbgrader's formgrader
	@$(BIN)/ecomlab lab --teach

test: $(VENV)/.test     ## run everything that CI runs
	@sh tests/run.sh

build: $(VENV)/.course  ## build the notebooks from the lessons
	@$(BIN)/ecomlab build

bench: $(VENV)/.test    ## measure side by side (benchmarks/)
	@$(BIN)/python -m benchmarks

stress: $(VENV)/.test   ## the long runs that CI leaves out
	@$(BIN)/python -m pytest -m stress -s

$(UV):
	@echo "Fetching uv, which sets the rest up ..."
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --root-user-action ignore --target .boot uv

$(BIN)/python: | $(UV)
	@$(UV) venv --quiet --python $(PYTHON) $(VENV)

$(VENV)/.course: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing the course's packages ..."
	@$(INSTALL) -e '.[course,zh]'
	@touch $@

$(VENV)/.test: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing the course's packages and those for tests ..."
	@$(INSTALL) -e '.[course,zh,big,rec,dev]'
	@touch $@ $(VENV)/.course
