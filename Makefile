# Needs Python 3.11 to 3.14, pip and make; everything else is set up here, in .venv.
# Versions are those of requirements/; LATEST=1 takes what the index serves today, FLOOR=1 the
# oldest that pyproject.toml admits, each in an environment of its own.
PYTHON ?= python3
VENV := .venv$(if $(LATEST),-latest)$(if $(FLOOR),-floor)
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
OUT ?= out

.PHONY: rank test golden lint bench docs lock wheelhouse sbom audit clean
.DELETE_ON_ERROR:

rank: $(VENV)/.installed-run
	$(BIN)/chainmatch rank --sample --out $(OUT)

# Where Python is told to write no bytecode, each process that a test starts would compile all anew.
test: $(VENV)/.installed-test
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

golden: $(VENV)/.installed-test
	$(BIN)/python tests/golden_runs.py

lint: $(VENV)/.installed-lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/.installed-test
	$(BIN)/python -m benchmarks

docs: $(VENV)/.installed-docs
	$(BIN)/python scripts/make_docs.py
	$(BIN)/python scripts/make_architecture.py
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict
	$(BIN)/python scripts/make_schema.py

# One resolution for all Pythons and systems that pyproject.toml admits; the others keep to the first.
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-annotate --upgrade --custom-compile-command "make lock"
lock: | $(BIN)/python
	$(PIP) install uv
	printf 'hatchling\neditables\n' | $(COMPILE) --output-file requirements/build.txt -
	$(COMPILE) --constraint requirements/build.txt --output-file requirements/run.txt pyproject.toml
	for extra in test lint docs; do $(COMPILE) --constraint requirements/build.txt \
		--constraint requirements/run.txt --extra $$extra \
		--output-file requirements/$$extra.txt pyproject.toml || exit 1; done

# Every wheel for the computers without a network; see docs/offline.md.
wheelhouse: $(VENV)/.installed-run
	$(BIN)/python scripts/wheelhouse.py $(FOR)

sbom: $(VENV)/.installed-run
	$(BIN)/python scripts/sbom.py > sbom.cdx.json

# Known holes of what a user installs, of the service and of the tests; asks the network.
audit: | $(BIN)/python
	$(PIP) install pip-audit
	for lock in requirements/*.txt; do $(BIN)/pip-audit --require-hashes --disable-pip \
		--progress-spinner off --requirement $$lock || exit 1; done

$(BIN)/python:
	$(PYTHON) -c 'import sys; (3, 11) <= sys.version_info < (3, 15) or sys.exit("chainmatch needs Python 3.11 to 3.14, found " + sys.version.split()[0])'
	$(PYTHON) -m venv $(VENV)

EXTRA = $(if $(filter-out run,$*),[$*])
$(VENV)/.installed-%: pyproject.toml requirements/%.txt | $(BIN)/python
ifdef FLOOR
	$(BIN)/python scripts/floors.py > $(VENV)/floors.txt
	$(PIP) install --constraint $(VENV)/floors.txt --editable ".$(EXTRA)"
else ifdef LATEST
	$(PIP) install --upgrade --upgrade-strategy eager --editable ".$(EXTRA)"
else
	$(PIP) install --require-hashes --requirement requirements/build.txt --requirement requirements/$*.txt
	$(PIP) install --no-index --no-deps --no-build-isolation --editable .
endif
	touch $@

clean:
	rm -rf .venv .venv-latest .venv-floor $(OUT) site build dist wheelhouse sbom.cdx.json .pytest_cache .mypy_cache .ruff_cache
