# make run: opens the wizard. make test: runs every test. Both set up all they need the first time.
SHELL := /bin/bash
.DEFAULT_GOAL := help
VENV := .venv
PIP := $(VENV)/bin/python -m pip --disable-pip-version-check --no-input
REQUIREMENTS := packaging/requirements
ARGS ?=
# Causes, presets and translations in the form that loads faster; what make runs is compiled, what is edited counts without it.
COMPILED := resources/presets/compiled.jsonl

.PHONY: help run test handover-test fuzz soak lint mutants bench locale screenshots package packages-test windows windows-test lock clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 24

run: $(VENV)/.run $(COMPILED) ## opens the wizard (ARGS="--practice" for the built-in practice network)
	@$(VENV)/bin/python -m wizard gui $(ARGS)

# Each file is run by one of several processes (four at most: each of them starts real servers), but for single tests.
# What pytest makes of the tests' asserts is kept, whatever the shell says: it costs each process five seconds otherwise.
test handover-test: export NODE_PATH = $(CURDIR)/.lab/node_modules
test: export PYTHONDONTWRITEBYTECODE =
test: $(VENV)/.dev .lab/.installed $(COMPILED) ## runs every test (ARGS="-m 'not slow'" for the quick ones, ARGS="-k imap" for some)
	@packaging/as-root.sh $(VENV)/bin/python -m pytest $(if $(filter-out -q -m slow 'not slow' "not slow",$(ARGS)),,-n auto --maxprocesses 4 --dist loadfile) $(ARGS)

handover-test: $(VENV)/.dev .lab/.handover $(COMPILED) ## real mail programs and frameworks take our files, send and read, nginx serves what we publish, Ansible goes to three sites
	@packaging/as-root.sh $(VENV)/bin/python -m pytest tests/handover/test_real_programs.py tests/handover/test_thunderbird.py tests/handover/test_evolution.py tests/handover/test_claws.py tests/handover/test_tokens.py tests/handover/test_code.py tests/cli/test_publish.py tests/ansible $(ARGS)

fuzz: $(VENV)/.dev ## 10,000 new inputs for every parser, for an hour or two (ARGS="tests/model" for some)
	$(VENV)/bin/python -m pytest -m hypothesis --hypothesis-profile=fuzz --timeout=7200 $(ARGS)

soak: $(VENV)/.dev $(COMPILED) ## 10,000 checks, 1,000 cancels, 100 windows: does anything grow? (half an hour; ARGS=--half or --tenth for less)
	$(VENV)/bin/python -m tests.soak $(ARGS)

lint: $(VENV)/.dev ## ruff, mypy, the layers, whether the translators' files know every text
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/mypy --platform win32 --no-warn-unreachable wizard
	$(VENV)/bin/mypy --platform darwin --no-warn-unreachable wizard
	$(VENV)/bin/lint-imports
	$(VENV)/bin/python packaging/texts.py --check

mutants: $(VENV)/.dev .lab/.installed ## puts 120 faults into a copy, one at a time: do the tests notice? (hours; --into goes on)
	@packaging/as-root.sh $(VENV)/bin/python -m tests.mutants $(ARGS)

bench: $(VENV)/.dev .lab/.installed $(COMPILED) ## prints the figures of speed and of a free window
	$(VENV)/bin/python -m tests.bench $(ARGS)

locale: $(VENV)/.dev ## gathers the texts for translators, brings each language's file up to date
	$(VENV)/bin/python packaging/texts.py

screenshots: $(VENV)/.dev .lab/.installed ## draws docs/screenshots/ anew, counts and hears docs/WINDOW.md
	$(VENV)/bin/python -m tests.gui.screenshots $(ARGS)
	QT_SCALE_FACTOR=1 $(VENV)/bin/python -m tests.gui.screenshots --cards --scheme light
	QT_SCALE_FACTOR=1 $(VENV)/bin/python -m tests.gui.screenshots --scheme light --font-size 28 --size 640x520 --suffix=-large
	QT_SCALE_FACTOR=1 $(VENV)/bin/python -m tests.gui.screenshots --scheme light --size 480x620 --suffix=-narrow
	for tag in de fr es it pt-BR nl pl ja zh-Hans ar; do for cards in "" --cards; do \
	QT_SCALE_FACTOR=1 $(VENV)/bin/python -m tests.gui.screenshots $$cards --language $$tag --scheme light --few-colours --suffix=-$$tag --out docs/screenshots/languages \
	--only 01-account --only 03-check-diagnosis --only 05-done --only card-1-wrong-password --only card-2-port-587-blocked --only card-3-certificate-expired || exit 1; done; done
	$(VENV)/bin/python -m tests.gui.tour

package: $(VENV)/.run $(VENV)-package/.build .lab/.package ## builds and tries the bundle, the .deb, the .tar.xz and the .run, in dist/
	packaging/build.sh
	packaging/with-desktop.sh $(VENV)/bin/python packaging/smoke_test.py dist/mailwright
	packaging/linux/build-deb.sh
	packaging/linux/build-portable.sh

packages-test: .lab/.package ## installs the .deb in clean Debian 12 and 13, unpacks the archive where Debian's layout is missing
	packaging/linux/test-packages.sh

windows: $(VENV)-package/.build .lab/.windows ## builds the Windows program and its installers with Wine, in dist/
	packaging/windows/build.sh
	packaging/windows/installers.sh dist/windows/mailwright

windows-test: $(VENV)-package/.build .lab/.windows ## tries what make windows built, with Wine (ARGS=--quick without the test suite)
	packaging/windows/test.sh $(ARGS) docs/screenshots/windows-wine.png

lock: ## resolves packaging/requirements/ anew (needs uv)
	packaging/lock.sh

clean: ## removes what was built; keeps the virtual environments
	rm -rf build dist resources/diagnoses/compiled.json resources/locale/*/*.json.gz $(COMPILED) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

$(COMPILED): packaging/compile.py $(wildcard resources/presets/*.toml resources/diagnoses/*.toml resources/diagnoses/*/*.toml resources/locale/*/*.po) | $(VENV)/.run
	$(VENV)/bin/python packaging/compile.py

# The stamps: an environment is made anew when its lock file changed, the programs are looked for when the list did.
$(VENV)/.run: $(REQUIREMENTS)/run.txt packaging/system-packages.sh packaging/link.py
	packaging/system-packages.sh run
	$(call environment,$(VENV),run)

$(VENV)/.dev: $(REQUIREMENTS)/dev.txt packaging/link.py | $(VENV)/.run
	$(PIP) install --quiet --require-hashes --no-deps -r $(REQUIREMENTS)/dev.txt
	@touch $@

$(VENV)-package/.build: $(REQUIREMENTS)/build.txt
	$(call environment,$(VENV)-package,build)

.lab/.handover: packaging/system-packages.sh
	packaging/system-packages.sh handover
	@mkdir -p .lab && (cd .lab && npm install --silent --no-save nodemailer) && touch $@

.lab/.windows .lab/.package: packaging/system-packages.sh
	packaging/system-packages.sh $(@:.lab/.%=%)
	@mkdir -p .lab && touch $@

.lab/.installed: packaging/system-packages.sh
	packaging/system-packages.sh test
	@mkdir -p .lab && touch $@

# (folder, lock file): a virtual environment with exactly what the lock file names, and this checkout.
define environment
	[ -x $(1)/bin/python ] || "$$(packaging/find-python.sh)" -m venv $(1)
	$(1)/bin/python -m pip --disable-pip-version-check --no-input install --quiet --require-hashes --no-deps -r $(REQUIREMENTS)/$(2).txt
	$(1)/bin/python packaging/link.py
	@touch $(1)/.$(2)
endef
