# make run    the whole site on this computer
# make test   all tests
# make check  style, types, security lint, content, migrations
# make audit  known weaknesses of the locked packages; make audit RECORDS=FILE without a network
# make scan   a scanner (Wapiti) against a site of its own
# make pictures  the pictures of the officers' guide and the README (needs Chromium and pdftoppm)
# make drill  restore a backup into servers of its own and start the site on it: make drill BACKUP=/path
# make load   many owners and officers at once
# make chaos  faults at random on a whole site under load
# make fuzz   bad input: many more cases than the tests run, from a seed
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
PY := $(VENV)/bin/python
export PORT
export PYTHONDONTWRITEBYTECODE = 1

.PHONY: run test check translations lock clean chaos drill fuzz load pictures audit scan

run: $(VENV)/.local translations
	@exec $(PY) -m config.local

test: $(VENV)/.dev translations
	$(PY) -m pytest -n 2

# The whole site under rising load; more of it: bench/load/drive.py. Locust and Granian come into a folder of their own.
USERS ?= 10 50 100 200
SECONDS ?= 40
THINK ?= 2
TRY ?= gunicorn:2x4
load: .venv-load/.done translations
	.venv-load/bin/python bench/load/drive.py --users $(USERS) --seconds $(SECONDS) --think $(THINK) --setups $(TRY)

.venv-load/.done: requirements/load.txt
	$(PYTHON) -m venv .venv-load
	.venv-load/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/load.txt
	@touch $@

# Faults at random on a whole site under load; make chaos FAULTS=50 SEED=3
FAULTS ?= 200
SEED ?= 1
chaos: $(VENV)/.dev translations
	$(PY) bench/chaos.py --faults $(FAULTS) --seed $(SEED)

drill: $(VENV)/.local translations
	@$(PY) -m config.local.drill $(BACKUP)

# Bad input to every form, file and address; make fuzz CASES=50000 SEED=7
CASES ?= 50000
fuzz: export CASES := $(CASES)
fuzz: export SEED := $(SEED)
fuzz: $(VENV)/.dev translations
	$(PY) -m pytest -n 2 tests/fuzz

pictures: $(VENV)/.dev translations
	$(PY) -m tests.browser.guide_pictures

# Asks an advisory service, from an environment of its own; or compares OSV records in a folder or ZIP (RECORDS=...).
# Ends with an error when something could not be checked.
PIP_AUDIT := $(VENV)/audit/bin/pip-audit
audit: $(VENV)/.dev
ifdef RECORDS
	$(PY) -m config.audit.weaknesses records $(RECORDS)
else
	@test -x $(PIP_AUDIT) || { $(PYTHON) -m venv $(VENV)/audit && $(VENV)/audit/bin/pip install --quiet pip-audit==2.10.1; } || true
	$(PY) -m config.audit.weaknesses online $(PIP_AUDIT)
endif

# Seconds for each kind of attack and visitor.
SECONDS_EACH ?= 60
scan: $(VENV)/.dev translations
	$(PY) -m bench.scan $(SECONDS_EACH)

check: $(VENV)/.dev translations
	$(PY) -m ruff check .
	$(PY) -m mypy
	$(PY) -m bandit -q -ii -c pyproject.toml -r clusters diagnosis recommendations config manage.py
	$(PY) -m config.audit.weaknesses floors
	$(PY) manage.py check
	$(PY) manage.py makemigrations --check --dry-run

translations: $(VENV)/.local
	@$(PY) -m config.translations

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python's venv module is missing. On Debian: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.local: $(VENV)/bin/python requirements/local.txt
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/local.txt
	@touch $@

$(VENV)/.dev: $(VENV)/.local requirements/dev.txt
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/dev.txt
	@touch $@

# Needs uv (a Python package). No index address is written.
lock:
	for set in "base:" "local:--extra local" "dev:--extra local --group dev" "load:--extra local --group load"; do \
	  uv pip compile pyproject.toml $${set#*:} --generate-hashes --no-emit-index-url --no-header --python-version 3.11 -q -o requirements/$${set%%:*}.txt; \
	done

clean:
	rm -rf $(VENV) .venv-load static_collected .mypy_cache .pytest_cache .ruff_cache .hypothesis
