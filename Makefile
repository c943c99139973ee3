# Two commands are enough: `make run` and `make test`. Both set up their own virtual environment.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: run compiled test slow browser chromium lint docs guard bench app clean

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -c "import sys; sys.exit(0 if sys.version_info >= (3, 11) else 'hecsim needs Python 3.11 or newer')"
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[dev]"
	touch $(READY)

compiled: $(READY)  ## the model's loops, once on this machine, so that no two processes compile the same
	$(BIN)/hecsim compile

run: $(READY)  ## Hartford under current law and three mixes: a table on screen, the report on disk
	$(BIN)/hecsim compare experiments/hartford.toml --out results/hartford

test: compiled chromium  ## the tests that run in minutes
	$(BIN)/python -m pytest -n auto -m "not slow and not browser"

chromium:  ## Debian's browser for the browser tests, where it may be installed
	@command -v chromium >/dev/null || \
	  { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y -qq chromium >/dev/null; } || \
	  echo "chromium is not here and cannot be installed: browser tests will be skipped"

browser: $(READY) chromium  ## the app in a real browser
	$(BIN)/python -m pytest -m browser

slow: compiled  ## the statistical and whole-state tests
	$(BIN)/python -m pytest -m slow

lint: $(READY)  ## style, types, and the contract between the rooms
	$(BIN)/ruff check .
	$(BIN)/mypy hecsim
	$(BIN)/lint-imports

docs: $(READY)  ## the documentation site, to be opened from build/site/index.html
	$(BIN)/python scripts/document_model.py
	$(BIN)/python scripts/document_interventions.py
	$(BIN)/python scripts/document_files.py
	$(BIN)/python -m sphinx -W --keep-going -q -b html docs build/site

guard: $(READY)  ## ratios of speed that a change must not break
	$(BIN)/python benchmarks/guard.py

bench: $(READY)
	$(BIN)/hecsim bench

app: $(READY)
	$(BIN)/hecsim app

clean:
	rm -rf $(VENV) build dist *.egg-info results
