# make run      the site with its demo course on http://127.0.0.1:8000
# make test     every test; make check: style, types, layers, templates, migrations
# make bench-quiz     a class takes a quiz at once: speed, and whether an answer gets lost
# make bench-room     a thousand students follow the live room: how soon the last one has the news
# make bench-judging  the ranking of projects against gavel's, on simulated hackathons
# make bench-hackathon  every page of an event with 5,000 participants and 1,000 teams: queries and milliseconds
# make bench-pages   dashboards, gradebook and week page for 1,000 students: queries and milliseconds
# make bench-engine   the engine against PyTorch, MyGrad and autograd, which it installs into var/bench
# make bench-grading  the grader, alone and through the site, beside otter and nbgrader (in var/bench-grading)
# make lock     new requirements*.txt and package-lock.json from the ranges in pyproject.toml and package.json
# make clean    forget what was installed and built; the database and uploads in var/ stay

.DEFAULT_GOAL := run
SHELL := /bin/sh
.DELETE_ON_ERROR:

# The newest Python there is from 3.11 on; PYTHON=... chooses another for a new .venv.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
MANAGE := $(BIN)/python manage.py

# DEMO=0 starts without the demo course and its sign-in links.
export DEMO ?= 1

LIBRARIES := node_modules/.installed
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/*.po))
STATIC := var/static/.collected

.PHONY: run install programs test check lock clean messages bench-engine bench-grading bench-hackathon bench-judging bench-pages bench-quiz bench-room
run: install
	@$(MANAGE) run $(if $(filter-out 0,$(DEMO)),--demo)

install: programs $(STATIC)

# What a release needs of its own; deploy/release collects the static files of all of them into one folder.
programs: .venv/.site libraries $(CATALOGUES)

# A .venv that is a link belongs to somebody else: it is used as it is.
.venv/.site: requirements.txt | .venv/bin/pip
	@[ -L .venv ] || { echo "Installing the site's Python packages ..." && $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt; }
	@touch $@

.venv/.dev: requirements-dev.txt requirements.txt | .venv/bin/pip
	@[ -L .venv ] || { echo "Installing the developers' Python packages ..." && $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt; }
	@touch $@ .venv/.site

.venv/bin/pip:
	@[ -n "$(PYTHON)" ] || { echo "Classroom needs Python 3.11 or newer: install it, or say where it is with PYTHON=/path/to/python3." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python's venv module is missing. On Debian or Ubuntu: sudo apt install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv .venv

# Without npm's registry the pages work with plain text areas and raw TeX, so that is a notice and no failure;
# the next start tries again.
.PHONY: libraries
libraries:
	@[ $(LIBRARIES) -nt package-lock.json ] || { \
		echo "Fetching the browser libraries ..."; \
		command -v npm >/dev/null || [ -x $(BIN)/npm ] || $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-node.txt; \
		PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel error --fetch-retries 1 --fetch-timeout 30000 >/dev/null \
		&& touch $(LIBRARIES); \
	} || echo "Notice: npm could not fetch the browser libraries; the code editor, formulas and charts are plain until it can."

%.mo: %.po
	@$(BIN)/python -c 'import polib, sys; polib.pofile(sys.argv[1]).save_as_mofile(sys.argv[2])' $< $@

$(STATIC): .venv/.site classroom/assets.py $(wildcard $(LIBRARIES)) $(shell find classroom/static quizzes/static projects/static -type f 2>/dev/null)
	@$(MANAGE) collectstatic --noinput --verbosity 0
	@touch $@

# Both databases: all tests on SQLite, then on PostgreSQL those that use the database alone.
# What failed runs once more, alone: what passes then is printed as failed all the same, and is to be mended.
PYTEST := OPENBLAS_NUM_THREADS=1 $(BIN)/pytest --quiet
AT_ONCE := --numprocesses 2 --maxschedchunk 1
AGAIN := --last-failed --last-failed-no-failures none
test: .venv/.dev libraries $(CATALOGUES)
	@$(PYTEST) $(AT_ONCE) $(ARGS) || { [ $$? = 1 ] && echo "Once more, alone:" && $(PYTEST) $(AGAIN) $(ARGS); }
	@export DB=postgresql; $(PYTEST) $(AT_ONCE) -m database $(ARGS) || { [ $$? = 1 ] && echo "Once more, alone:" && $(PYTEST) $(AGAIN) -m database $(ARGS); }

# Everything that reads the code without running it.
check: .venv/.dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet . || { echo "Run: ruff format ."; exit 1; }
	@$(BIN)/mypy classroom quizzes projects nnengine manage.py
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/djlint --lint --quiet classroom quizzes projects
	@$(MANAGE) makemigrations --check --dry-run
	@$(MANAGE) check --fail-level WARNING

UV := UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url
lock: .venv/.dev
	@$(UV) pyproject.toml --extra site --output-file requirements.txt $(UPGRADE)
	@$(UV) pyproject.toml --extra site --extra dev --constraints requirements.txt --output-file requirements-dev.txt $(UPGRADE)
	@$(UV) --group pyproject.toml:node --output-file requirements-node.txt $(UPGRADE)
	@$(UV) benchmarks/grading/requirements.in --output-file benchmarks/grading/requirements.txt $(UPGRADE)
	@npm install --package-lock-only --ignore-scripts --no-audit --no-fund

# The German catalogue's list of texts, from the source (needs GNU gettext).
messages:
	@$(MANAGE) makemessages --locale de --no-location --ignore 'node_modules/*' --ignore 'tests/*' --ignore 'var/*'

clean:
	rm -rf .venv node_modules var/static .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

bench-judging: .venv/.site
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m benchmarks.judging

bench-hackathon: .venv/.dev libraries $(CATALOGUES)
	@$(BIN)/python -m benchmarks.hackathon $(ARGS)

bench-pages: .venv/.dev libraries $(CATALOGUES)
	@$(BIN)/python -m benchmarks.pages $(ARGS)

# Web servers and databases of the benchmark run in a folder that goes away.
bench-quiz: .venv/.dev libraries $(CATALOGUES)
	@$(BIN)/python -m benchmarks.quiz $(ARGS)

bench-room: .venv/.dev libraries $(CATALOGUES)
	@$(BIN)/python -m benchmarks.room $(ARGS)

bench-engine: var/bench/.installed
	@var/bench/bin/python -m benchmarks.engine

# PyTorch from its own index of builds without CUDA, which are ten times smaller; without that index, from the usual one.
BENCH_PIP := var/bench/bin/pip install --quiet --disable-pip-version-check
var/bench/.installed: benchmarks/engine/requirements.txt
	@[ -n "$(PYTHON)" ] || { echo "The benchmark needs Python 3.11 or newer." >&2; exit 1; }
	@echo "Installing what the engine is compared with ..."
	@$(PYTHON) -m venv var/bench
	@$(BENCH_PIP) --no-deps --retries 0 --timeout 15 --index-url https://download.pytorch.org/whl/cpu $$(grep '^torch==' $<) 2>/dev/null || true
	@$(BENCH_PIP) -r $<
	@touch $@

# Web server, worker and Redis of the benchmark run in a folder that goes away.
bench-grading: .venv/.dev libraries $(CATALOGUES) var/bench-grading/.installed
	@$(BIN)/python -m benchmarks.grading

var/bench-grading/.installed: benchmarks/grading/requirements.txt
	@[ -n "$(PYTHON)" ] || { echo "The benchmark needs Python 3.11 or newer." >&2; exit 1; }
	@echo "Installing what the grader is compared with ..."
	@$(PYTHON) -m venv var/bench-grading
	@var/bench-grading/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@
