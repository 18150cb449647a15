# Set-up, demo and tests. Everything lives in .venv; PYTHON chooses the interpreter it is made with.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: demo test quick ray chromium latex lint types docs columns bench kernel package audit sbom clean

demo: .venv/.user
	$(BIN)/evaluator demo

test: .venv/.dev chromium latex
	$(BIN)/python -m pytest

# What a change is tried with while it is made: no browser, no model, no mypy; `make test` runs all.
quick: .venv/.dev
	$(BIN)/python -m pytest -m "not slow and not browser and not model"

# The tests of --engine ray, which `make test` leaves out: Ray takes half a gigabyte. One after another: one of them kills actors on this machine.
ray: .venv/.dev
	$(PIP) -e ".[ray]"
	$(BIN)/python -m pytest -n 0 tests/unit/test_ray.py

# The report is tested in a browser: CHROMIUM, or one on the path. Where root runs this (a container), Debian's is installed.
chromium:
	@for name in "$$CHROMIUM" chromium chromium-browser google-chrome; do if command -v "$$name" >/dev/null 2>&1; then exit 0; fi; done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing Debian's chromium for the browser tests ..."; \
		apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y chromium >/dev/null; \
	else echo "The browser tests need Chromium: install it (Debian: sudo apt-get install chromium), or set CHROMIUM to its path."; exit 2; fi

# Tables for papers are compiled where pdflatex is; where root runs this, Debian's is installed, elsewhere that one test is left out.
latex:
	@command -v pdflatex >/dev/null 2>&1 || { if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing Debian's pdflatex for the test of papers' tables ..."; \
		apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends texlive-latex-recommended >/dev/null; fi; }

lint: .venv/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: .venv/.dev
	$(BIN)/mypy

# The site in site/: open site/index.html. Strict: a broken link, a page outside the navigation or anything fetched from elsewhere is an error.
docs: .venv/.docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --quiet --strict
	@echo "written: site/index.html"

columns: .venv/.user
	$(BIN)/python -c "from evaluator.reports.columns import columns_readme; print(columns_readme(), end='')" > results/README.md
	$(BIN)/python -c "from evaluator.reports.columns import metrics_page; p = __import__('pathlib').Path('docs/metrics.md'); p.write_text(metrics_page(p.read_text(encoding='utf-8')), encoding='utf-8')"

# make bench BENCH=FOLDER takes a WMT folder's texts (ref.*.txt, sys/*.txt).
bench: .venv/.dev
	$(BIN)/python benchmarks/speed/run.py $(BENCH)

kernel: .venv/.dev
	$(BIN)/python hatch_build.py

# A release: docs/release.md. Its tools have an environment of their own; they are no dependencies.
RELEASE := .venv/release

package: $(RELEASE)/.tools
	rm -rf dist
	$(RELEASE)/bin/python -m build
	$(RELEASE)/bin/twine check --strict dist/*

# What is installed, without the local part of versions (2.13.0+cpu), which no advisory names. A package that cannot be looked up fails too.
audit: .venv/.user $(RELEASE)/.tools
	mkdir -p dist
	$(BIN)/python -m pip freeze --exclude-editable | sed 's/+.*//' > dist/installed.txt
	$(RELEASE)/bin/pip-audit --strict --no-deps --disable-pip -r dist/installed.txt

sbom: .venv/.user $(RELEASE)/.tools
	mkdir -p dist
	$(RELEASE)/bin/cyclonedx-py environment --output-reproducible --pyproject pyproject.toml -o dist/sbom.json .venv

clean:
	rm -rf .venv site .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; name one with: make PYTHON=python3.11"; exit 2; }
	$(PYTHON) -m venv .venv

$(RELEASE)/.tools: .venv/bin/python
	$(PYTHON) -m venv $(RELEASE)
	$(RELEASE)/bin/python -m pip install --quiet --disable-pip-version-check build cyclonedx-bom pip-audit twine
	@touch $@

KERNEL := hatch_build.py $(wildcard evaluator/metrics/native/*)

.venv/.user: .venv/bin/python pyproject.toml constraints.txt $(KERNEL)
	@echo "Installing evaluator into .venv (a minute or two) ..."
	$(PIP) -e ".[all]"
	@touch $@

.venv/.dev: .venv/bin/python pyproject.toml constraints.txt $(KERNEL)
	@echo "Installing evaluator and its test tools into .venv (a minute or two) ..."
	$(PIP) -e ".[dev]"
	@touch $@ .venv/.user

.venv/.docs: .venv/bin/python pyproject.toml constraints.txt
	@echo "Installing evaluator and the generator of its site into .venv (a minute or two) ..."
	$(PIP) -e ".[docs]"
	@touch $@
