# Every target sets itself up from a bare Python 3.11–3.13 with venv and pip.
PYTHON ?= python3
BIN := .venv/bin
RESULTS ?= results

.DEFAULT_GOAL := help
.PHONY: help run test unchanged environments attack faults lint docs bench reference claims picture wheel clean

help:
	@echo "make run        install, run everything of the quick tier, write $(RESULTS)/report/index.html"
	@echo "make test       the test suite"
	@echo "make unchanged  every trial of tests/unchanged/curves.json gives the curves it gave before: bit for bit on the same machine"
	@echo "make environments  trials in hostile surroundings (switches, locale, load, …) give the same bits as in an ordinary shell"
	@echo "make attack     kills, hostile plugins, clocks, disks: one table of what held"
	@echo "make faults     a fault at every point of a study's life, 200 kills, 300 malformed files: what held"
	@echo "make lint       ruff, mypy, import-linter"
	@echo "make docs       the documentation as a site: site/index.html"
	@echo "make bench      speed: ratios against Keras' fit and a hand-written JAX loop; what each optimizer costs"
	@echo "make reference  the reference results that ship: baselines, everything of the quick tier, all optimizers tuned, variants; and their pages"
	@echo "make claims     every claim decided, its results that ship, and the tour of the notes: docs/explanation/claims.md"
	@echo "make picture    README's picture, from the reference results that ship"
	@echo "make wheel      build the wheel into dist/"

# pip 25.1 is the first that knows dependency groups.
$(BIN)/python:
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'

.venv/installed: $(BIN)/python pyproject.toml setup.py constraints.txt
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[data,cost,test]'
	@touch $@

.venv/installed-dev: .venv/installed
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[data]' --group dev
	@touch $@

run: .venv/installed
	$(BIN)/benchsuite run --all --results $(RESULTS)

test: .venv/installed-dev
	$(BIN)/python -m pytest --numprocesses logical --maxprocesses 4 --dist worksteal

unchanged: .venv/installed-dev
	BENCHSUITE_UNCHANGED=all $(BIN)/python -m pytest tests/test_unchanged.py

environments: .venv/installed-dev
	$(BIN)/python tests/environments/compare.py

attack: .venv/installed-dev
	$(BIN)/python -m tests.attack

faults: .venv/installed-dev
	$(BIN)/python -m tests.faults

lint: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# A warning, such as that of a link that leads nowhere, is an error. The variable silences an advertisement of the theme's.
docs: .venv/installed-dev
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

bench: .venv/installed-dev
	$(BIN)/python -m pytest benchmarks --benchmark-only --benchmark-columns=min,median,rounds

# What draws README's picture: any Chromium or Chrome.
CHROMIUM ?= chromium
BOARD = leaderboards/optimizer-tuned-10-trials-by-random-e53ebe.html

# Half an hour on two cores. The trials stay in $(RESULTS)/reference-run: run it again, and only what changed trains again.
NOTE = "Schedules, transforms, normalizations and other components at their defaults are better than the baseline on tasks that tell methods apart, as they are meant to be."
REFERENCE = --no-local --seeds 10 --results $(RESULTS)/reference-run

reference: .venv/installed-dev
	$(BIN)/benchsuite run --baselines --tier full --seeds 5 --no-local --results $(RESULTS)/baselines
	$(BIN)/python docs/reference/make_baselines.py $(RESULTS)/baselines
	$(BIN)/benchsuite run --all $(REFERENCE)
	$(BIN)/benchsuite run --optimizer '*' --track tuned --budget small $(REFERENCE)
	$(BIN)/benchsuite publish --thin --no-site --no-local --author benchsuite --note $(NOTE) --results $(RESULTS)/reference-run --zip results/reference/reference.zip
	$(BIN)/python docs/reference/make_best.py
	$(BIN)/benchsuite verify results/reference/reference.zip --no-local --name benchsuite --statement results/reference/verified.json
	$(BIN)/python docs/reference/make_instances.py --certificates --results $(RESULTS)/instances
	$(BIN)/python docs/reference/make_pages.py
	$(MAKE) picture

# Half an hour on two cores. What was decided before by the same code is not run again.
CLAIMS_NOTE = "Batch normalization regularizes noisy_labels_mlp, as claim C10 finds, so that it is better there than any stored result."
claims: .venv/installed-dev
	$(BIN)/benchsuite claim run --all --no-local --results $(RESULTS)/claims-run
	$(BIN)/benchsuite publish --thin --no-site --no-local --author benchsuite --note $(CLAIMS_NOTE) --results $(RESULTS)/claims-run --zip results/reference/claims.zip
	$(BIN)/python docs/reference/make_claims.py results/reference/claims.zip

# README's picture, from nothing but the bundle that ships.
picture: .venv/installed-dev
	rm -rf $(RESULTS)/reference-site
	$(BIN)/benchsuite merge results/reference/reference.zip --results $(RESULTS)/reference-site
	$(BIN)/benchsuite report --no-local --results $(RESULTS)/reference-site
	$(CHROMIUM) --headless --no-sandbox --disable-gpu --hide-scrollbars --window-size=960,1060 --force-device-scale-factor=1.5 \
		--screenshot=docs/images/leaderboard.png file://$(abspath $(RESULTS))/reference-site/report/$(BOARD)

wheel: .venv/installed-dev
	rm -rf build dist
	$(BIN)/python -m build

clean:
	rm -rf .venv build dist site *.egg-info .mypy_cache .ruff_cache .import_linter_cache .hypothesis .benchmarks
