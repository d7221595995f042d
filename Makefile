# Every target does its own set-up in .venv, once for each state of pyproject.toml and requirements.lock.
# Another Python than the first on the path: make test PYTHON=python3.13
PYTHON ?= python3
JOBS ?= 2

PY := .venv/bin/python
READY := .venv/.ready
BENCH := .venv/.bench
SITE := .venv/.site
# Who is done first takes from the others' tests: the long ones stand at the end.
PYTEST := $(PY) -m pytest --numprocesses $(JOBS) --dist worksteal
PIP := -m pip --disable-pip-version-check --no-input

# What a caller's shell exports must not reach into .venv.
unexport PYTHONPATH PYTHONHOME PYTHONDONTWRITEBYTECODE VIRTUAL_ENV

# A .venv whose Python is gone, or that was made in another folder, is set up again.
ifneq ($(shell $(PY) -c pass 2>/dev/null && cat $(READY) 2>/dev/null),$(CURDIR))
.PHONY: $(READY)
endif

.PHONY: help setup demo serve-demo test test-quick test-long test-postgresql test-faults test-year simulate fuzz lint types contracts wheel check format diagrams pages stories screenshots plans docs reference bench bench-full lock sbom cyclonedx clean
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

help: ## show the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' Makefile | while IFS='|' read -r name what; do printf '  make %-15s %s\n' "$$name" "$$what"; done

setup: $(READY) ## set up .venv and nothing else

$(READY): pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo 'ims-fsm needs Python 3.11 or newer and "$(PYTHON)" is not; name one that is, like: make $(or $(MAKECMDGOALS),setup) PYTHON=python3.12' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo '"$(PYTHON)" cannot make environments; install its venv module (Debian, Ubuntu: apt install python3-venv) and run make again' >&2; exit 1; }
	@echo 'Setting up .venv (once; about half a minute) ...'
	@[ "$$(cat $@ 2>/dev/null || echo '$(CURDIR)')" = '$(CURDIR)' ] && \
	  $(PY) -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || $(PYTHON) -m venv --clear .venv
	@$(PY) $(PIP) install -qq --require-hashes -r requirements.lock && \
	  $(PY) $(PIP) install -qq --no-deps --no-build-isolation --no-index --editable . || \
	  { echo 'The packages could not be installed (see above); check the network or the package index that pip is set to, and run make again' >&2; exit 1; }
	@printf '%s\n' '$(CURDIR)' > $@

demo: $(READY) ## the main job, start to end, on the shipped sample
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && IMS_FSM_DB="sqlite:///$$folder/ims.db" .venv/bin/ims-fsm demo

serve-demo: $(READY) ## the dashboard on the shipped sample, at a printed address, with a token
	@$(PY) -m ims_fsm.web.demonstration

test-quick: $(READY) ## the law, the record, the use cases and the scenarios, without what is slow; a good minute
	@$(PYTEST) -m 'not slow and not long and not year and not faults and not twin' \
	  $(or $(ARGS),tests/law tests/record tests/workflow tests/scenario tests/scenarios tests/histories)

test: $(READY) ## the tests and the examples in the docstrings
	@$(PYTEST) $(ARGS)

test-long: $(READY) ## what takes longest: kills, memory, races, many random histories, the benchmarks at their smallest
	@$(PYTEST) tests -m 'long and not year and not faults' $(ARGS)

test-postgresql: $(READY) ## the tests that open a store, on PostgreSQL: IMS_FSM_TEST_PG=URL, or a server from a wheel
	@IMS_FSM_TEST_STORE=postgresql $(PYTEST) \
	  $(or $(ARGS),tests $(foreach pure,law draw charts files pages formats terms writers $(addprefix test_,dependencies.py fourteenth.py house.py lookups.py public_names.py),--ignore tests/$(pure)))

test-faults: $(READY) ## kills, power cuts, failing disks at points drawn from a seed, and races: FAULTS=1000 takes more, FAULTS_SEED others, FAULTS_AT one
	@$(PYTEST) -m faults $(or $(ARGS),tests/faults)

test-year: $(READY) ## a simulated year: schedulers killed at random against one calm run; minutes
	@$(PY) -m pytest tests/scheduler/test_year.py -m year $(ARGS)

simulate: $(READY) ## a simulated town under injected faults: MONTHS=1000 from SEED=1 on; DB=URL lives on PostgreSQL
	@$(PY) -m tests.simulation --seed $(or $(SEED),1) --months $(or $(MONTHS),1000) --jobs $(JOBS) $(if $(DB),--db "$(DB)")

fuzz: $(READY) ## every reader, given changed inputs: FUZZ=600 seconds in all from SEED=1 on; ARGS="download two_b" those alone
	@$(PY) -m tests.fuzz --seconds $(or $(FUZZ),600) --seed $(or $(SEED),1) $(ARGS)

lint: $(READY) ## style, format, spelling
	@$(PY) -m ruff check
	@$(PY) -m ruff format --check
	@$(PY) -m codespell_lib

types: $(READY) ## mypy, strict, on the program and on every documented example
	@$(PY) -m mypy
	@$(PY) tests/examples.py

contracts: $(READY) ## imports only go down, one framework in one room
	@.venv/bin/lint-imports --no-logo

wheel: $(READY) ## build the wheel, install it apart, use it from another folder
	@rm -rf dist
	@$(PY) -m build --quiet --no-isolation --outdir dist
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && \
	  $(PY) -m venv "$$folder/venv" && \
	  "$$folder/venv/bin/python" $(PIP) install -qq --require-hashes -r requirements-runtime.lock && \
	  "$$folder/venv/bin/python" $(PIP) install -qq --no-deps --no-index dist/*.whl && "$$folder/venv/bin/python" $(PIP) check && \
	  cd "$$folder" && venv/bin/ims-fsm verify && IMS_FSM_DB="sqlite:///$$folder/ims.db" venv/bin/ims-fsm demo

check: lint types contracts test test-long test-postgresql test-faults wheel ## everything that .ci/run asks

format: $(READY) ## let ruff mend what it can
	@$(PY) -m ruff check --fix
	@$(PY) -m ruff format

diagrams: $(READY) ## draw every machine again into diagrams/
	@$(PY) -m ims_fsm.pages diagrams

pages: $(READY) ## write the lifecycle pages again into docs/lifecycle/
	@rm -rf docs/lifecycle
	@.venv/bin/ims-fsm pages --format md --out docs/lifecycle --root ../..

stories: $(READY) ## write tests/histories/ again: for each guard that decides one, the shortest history
	@rm -rf tests/histories
	@.venv/bin/ims-fsm verify --histories --stories tests/histories

screenshots: $(READY) ## write docs/pictures/ again: the dashboard's pages on the shipped sample, in Chromium
	@$(PY) -m tests.screenshots

plans: $(READY) ## write docs/plans.md again: how both databases run the hot statements
	@IMS_FSM_WRITE_PLANS=1 $(PY) -m pytest --quiet tests/workflow/test_plans.py

reference: $(READY) ## write docs/reference again: commands, tables, keys, codes, public names, to look up
	@$(PY) -m tests.lookups

docs: $(SITE) ## build the site into site/, strictly: links and anchors are checked; offline; RELEASES=FOLDER adds this version beside others
	@NO_MKDOCS_2_WARNING=1 $(PY) -m mkdocs build --quiet --strict \
	  --site-dir "$(if $(RELEASES),$(abspath $(RELEASES))/$$($(PY) -c 'import ims_fsm; print(ims_fsm.__version__)'),site)"

$(SITE): $(READY) requirements-site.lock
	@$(PY) $(PIP) install -qq --require-hashes -r requirements-site.lock
	@touch $@

bench: $(BENCH) ## measure, beside what one would use instead, in some minutes; writes benchmarks/RESULTS.md
	@$(PY) -m benchmarks $(ARGS)

bench-full: $(BENCH) ## measure up to a million records; takes the better part of an hour
	@$(PY) -m benchmarks --full $(ARGS)

$(BENCH): $(READY) requirements-bench.lock
	@$(PY) $(PIP) install -qq --require-hashes -r requirements-bench.lock
	@touch $@

lock: $(READY) ## pin the newest versions that the ranges allow, with hashes; ARGS="--upgrade-package rich" moves that one
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && cp requirements*.lock "$$folder" && \
	  $(PY) -m venv "$$folder/venv" && "$$folder/venv/bin/python" $(PIP) install -qq --require-hashes -r requirements-tools.lock && \
	  pin() { file=$$1 && shift && "$$folder/venv/bin/uv" pip compile --quiet $(or $(ARGS),--upgrade) --generate-hashes --universal \
	      --python-version 3.11 --no-header --no-annotate --no-emit-index-url --no-emit-find-links -o "$$folder/$$file" "$$@" >/dev/null && \
	    { echo '# Pinned by `make lock` from the ranges in pyproject.toml, for every platform; names no package index.'; \
	      grep -v '^#' "$$folder/$$file"; } > "$$folder/pinned" && mv "$$folder/pinned" "$$folder/$$file"; } && \
	  pin requirements.lock --extra dev pyproject.toml && \
	  pin requirements-runtime.lock -c "$$folder/requirements.lock" pyproject.toml && \
	  pin requirements-server.lock --extra metrics --extra postgresql --extra sign --extra web --group build -c "$$folder/requirements.lock" pyproject.toml && \
	  pin requirements-site.lock --extra site -c "$$folder/requirements.lock" pyproject.toml && \
	  pin requirements-bench.lock --extra bench -c "$$folder/requirements.lock" pyproject.toml && \
	  pin requirements-tools.lock --group tools && \
	  cp "$$folder"/requirements*.lock .

sbom: $(READY) ## write docs/dependencies.md again: every package of the lock, its licence, who needs it
	@$(PY) -m tests.dependencies

cyclonedx: $(READY) ## the same for machines: dist/ims-fsm.cdx.json
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && $(PY) -m venv "$$folder" && \
	  "$$folder/bin/python" $(PIP) install -qq --require-hashes -r requirements-tools.lock && mkdir -p dist && \
	  "$$folder/bin/cyclonedx-py" environment --pyproject pyproject.toml --mc-type application --output-reproducible -o dist/ims-fsm.cdx.json $(PY)

clean: ## remove .venv and everything that tools leave behind
	rm -rf .venv dist build site ims_fsm/compiled .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
