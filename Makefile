# The course's few verbs; `make help` lists them.
PYTHON ?= python3
COURSE_LANG ?= en
BIN := .venv/bin

.PHONY: help setup lab teach test build bench stress
.DEFAULT_GOAL := help

help:  ## list these verbs
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 10

setup:  ## make or mend the environment that the course runs in
	@$(PYTHON) tools/prepare.py course,zh
	@touch .venv/.course

lab: .venv/.course  ## open the course in JupyterLab (COURSE_LANG=zh for Chinese)
	@$(BIN)/ecomlab lab --lang $(COURSE_LANG)

teach: .venv/.built  ## open the instructor's JupyterLab, with nbgrader's formgrader
	@$(BIN)/ecomlab lab --teach --lang $(COURSE_LANG)

test: .venv/.test  ## run everything that CI runs
	@sh tests/run.sh

build: .venv/.course  ## build the notebooks from the lessons
	@$(BIN)/ecomlab build

bench: .venv/.test .venv/.built  ## measure side by side (benchmarks/; a quarter of an hour)
	@$(BIN)/python -m benchmarks

stress: .venv/.test  ## the long runs that CI leaves out
	@$(BIN)/python -m pytest -m stress -s

.venv/.course: pyproject.toml constraints.txt
	@$(PYTHON) tools/prepare.py course,zh
	@touch $@

# The instructor's version of the notebooks is not committed.
.venv/.built: .venv/.course $(wildcard course/lessons/*/*.md)
	@$(BIN)/ecomlab build --no-solutions
	@touch $@

.venv/.test: pyproject.toml constraints.txt
	@$(PYTHON) tools/prepare.py course,zh,big,rec,dev
	@touch $@ .venv/.course
