# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Everything is set up by itself in .venv and build. "make" alone lists what there is.

PYTHON ?= python3
PYTEST_ARGS ?=
SANITY_ARGS ?=
# pytest processes of one target.
WORKERS ?= 2

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# Found before .venv comes first on the path.
BASE_PYTHON := $(shell command -v $(PYTHON))
ROOT := $(CURDIR)
BIN := $(ROOT)/.venv/bin
# Here the checkout is found as ansible_collections.bastion.routeros.
TREE := $(ROOT)/build/dev
READY := .venv/.ready

export PATH := $(BIN):$(PATH)
export PYTHONPATH := $(TREE)
export MYPYPATH := $(TREE)
# A run depends on nothing that this machine's owner has set for Ansible, and needs UTF-8 whatever the language.
export ANSIBLE_CONFIG := $(ROOT)/tests/ansible.cfg
export ANSIBLE_COLLECTIONS_PATH := $(TREE)
export ANSIBLE_HOME := $(ROOT)/build/ansible
export HYPOTHESIS_STORAGE_DIRECTORY := $(ROOT)/build/cache/hypothesis
export LC_ALL := C.UTF-8
unexport PYTHONHOME

SUMMARY := $(BIN)/python tests/tools/summary.py
PARTS := $(BIN)/python tests/tools/parts.py
COLLECTION := $(TREE)/ansible_collections/bastion/routeros
SIMULATOR := $(wildcard tests/simulator/pyproject.toml)

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 18

.PHONY: setup
setup: $(READY) ## .venv with everything that the other targets need
	@if [ "$(MAKELEVEL)" = 0 ] && [ "$(MAKECMDGOALS)" = setup ]; then echo "setup: 1 passed, 0 failed"; fi

$(COLLECTION):
	@mkdir -p "$(@D)" build/ansible build/results
	@ln -sfn ../../../.. "$@"

$(READY): requirements.txt requirements-dev.txt $(SIMULATOR) | $(COLLECTION)
	@[ -n "$(BASE_PYTHON)" ] || { echo "$(PYTHON) not found: apt-get install python3 python3-venv"; exit 1; }
	@$(BASE_PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "$$($(BASE_PYTHON) --version): 3.11 or newer is needed; try: make PYTHON=python3.13 setup"; exit 1; }
	@command -v git >/dev/null || { echo "git not found: apt-get install git"; exit 1; }
	@echo "setting up .venv ($$($(BASE_PYTHON) --version))"
	@[ -x .venv/bin/pip ] || $(BASE_PYTHON) -m venv .venv \
	  || { echo "$(PYTHON) cannot make virtual environments: apt-get install python3-venv"; exit 1; }
	@.venv/bin/python -m pip install --quiet --quiet --disable-pip-version-check \
	  -r requirements-dev.txt $(if $(SIMULATOR),-e tests/simulator)
	@touch $@

.PHONY: demo
demo: $(READY) ## secure a simulated router and prove it from outside
	@$(BIN)/python tests/demo/demo.py

# The longest come first.
TEST_PARTS := integration prove packets sanity conformance secrets unit switches demo molecule lint build

.PHONY: test
test: $(READY) ## everything below that tests; what continuous integration runs
	@WORKERS=1 $(PARTS) test --jobs 2 --counted $(TEST_PARTS)

# Every folder of plugins with code in it; the modules hold documentation only.
TYPED := $(filter-out plugins/modules/ plugins/doc_fragments/,$(sort $(dir $(wildcard plugins/*/*.py))))
LINTERS := ansible mypy docs ruff format yaml changelog shell

.PHONY: lint
lint: $(READY) ## ruff, mypy, yamllint, ansible-lint, antsibull-docs, antsibull-changelog, shellcheck
	@$(PARTS) lint --jobs 2 $(LINTERS:%=lint-%)

.PHONY: $(LINTERS:%=lint-%)
lint-ruff: $(READY)
	$(BIN)/ruff check .

lint-format: $(READY)
	$(BIN)/ruff format --check --diff .

# Through the tree, so that the imports of the collection are those of a user.
lint-mypy: $(READY)
	cd build/dev && $(BIN)/mypy --config-file $(ROOT)/pyproject.toml \
	  $(addprefix ansible_collections/bastion/routeros/,$(TYPED))
	$(if $(SIMULATOR),MYPYPATH=tests/simulator/src $(BIN)/mypy tests/simulator/src)
	MYPYPATH=tests/tools $(BIN)/mypy tests/tools
	cd tests && MYPYPATH=$(TREE):simulator/src $(BIN)/mypy --cache-dir ../build/cache/mypy \
	  --config-file ../pyproject.toml -p conformance
	cd build/dev && $(BIN)/mypy --config-file $(ROOT)/pyproject.toml \
	  $(addprefix ansible_collections/bastion/routeros/tests/,packets unit/verdict)

lint-yaml: $(READY)
	$(BIN)/yamllint --strict .

lint-ansible: $(READY)
	$(BIN)/python tests/tools/tree.py build/tree/lint
	cd build/tree/lint/ansible_collections/bastion/routeros && HOME=$(ROOT)/build/home \
	  ANSIBLE_COLLECTIONS_PATH=$(ROOT)/build/tree/lint $(BIN)/ansible-lint --offline --profile production --strict

lint-docs: $(READY)
	cd $(COLLECTION) && $(BIN)/antsibull-docs lint-collection-docs --plugin-docs --validate-collection-refs=dependent \
	  --check-extra-docs-refs --disallow-unknown-collection-refs .

lint-changelog: $(READY)
	$(BIN)/antsibull-changelog lint

lint-shell: $(READY)
	git ls-files --cached --others --exclude-standard .ci/run '*.sh' | xargs $(BIN)/shellcheck

.PHONY: unit
unit: $(READY) ## unit and property tests
	@$(SUMMARY) unit build/results/unit.xml -- $(BIN)/python -m pytest tests/unit -n $(WORKERS) \
	  --junitxml=build/results/unit.xml $(PYTEST_ARGS)

.PHONY: integration
integration: $(READY) ## playbooks and sessions against simulated routers
	@$(SUMMARY) integration build/results/integration.xml -- $(BIN)/python -m pytest tests/integration -m "not slow" \
	  -n $(WORKERS) --junitxml=build/results/integration.xml $(PYTEST_ARGS)

.PHONY: integration-slow
integration-slow: $(READY)
	@$(SUMMARY) $@ build/results/$@.xml -- $(BIN)/python -m pytest tests/integration -m slow \
	  -n $(WORKERS) --junitxml=build/results/$@.xml $(PYTEST_ARGS)

# Where nobody knows what a router does, its simulation decides by switches (docs/simulator.md): here the other way.
SWITCHED := modules/test_users.py ipsec/test_tunnel.py transaction/test_transaction.py transaction/test_safe_mode_holds.py
SEED ?= 1

QUICK := -m "not slow" -k "not every_sentence and not ten_thousand"

.PHONY: switches
switches: $(READY) ## a part of integration, with open questions about RouterOS decided the other way and at random
	@$(PARTS) switches --jobs 1 --counted switches-other switches-random

.PHONY: switches-full
switches-full: $(READY) ## all of integration, with every open question the other way, and with a mixture (SEED=...)
	@$(PARTS) switches-full --jobs 1 --counted switches-full-other switches-full-random

switches-other: TESTS := $(SWITCHED:%=tests/integration/%) $(QUICK)
switches-random: TESTS := tests/integration/transaction/test_transaction.py $(QUICK)
switches-full-other switches-full-random: TESTS := tests/integration
switches-other switches-full-other: POSITIONS := other
switches-random switches-full-random: POSITIONS := random:$(SEED)

.PHONY: switches-other switches-random switches-full-other switches-full-random
switches-other switches-random switches-full-other switches-full-random: $(READY)
	@$(SUMMARY) $@ build/results/$@.xml -- $(BIN)/python -m pytest $(TESTS) -n $(WORKERS) \
	  --routeros-switches $(POSITIONS) --junitxml=build/results/$@.xml $(PYTEST_ARGS)

.PHONY: molecule
molecule: $(READY) ## the scenario in extensions/molecule: a router for tests, started and ended by molecule
	@cd extensions && HOME=$(ROOT)/build/home $(BIN)/molecule test \
	  && echo "molecule: 1 passed, 0 failed" || { echo "molecule: 0 passed, 1 failed"; exit 1; }

# Clients that we did not write: of the package ansible, which is big, only community.routeros is kept.
CLIENTS := build/clients/.ready

$(CLIENTS): $(wildcard tests/conformance/clients/*.txt tests/conformance/clients/node/*.json) | $(READY)
	@echo "setting up build/clients"
	@mkdir -p build/clients/download build/clients/node
	@[ -x build/clients/venv/bin/pip ] || $(BASE_PYTHON) -m venv build/clients/venv
	@build/clients/venv/bin/python -m pip install --quiet --quiet --disable-pip-version-check \
	  -r tests/conformance/clients/requirements.txt
	@build/clients/venv/bin/python -m pip download --quiet --quiet --disable-pip-version-check --no-deps \
	  --dest build/clients/download -r tests/conformance/clients/ansible.txt
	@$(BIN)/python tests/conformance/clients/unpack.py build/clients/download build/clients/collections
	@rm -r build/clients/download
	@cp tests/conformance/clients/node/*.json build/clients/node
	@if command -v npm >/dev/null; then npm ci --prefix build/clients/node --ignore-scripts --no-audit --no-fund --silent; \
	  else echo "npm not found: node-routeros is left out"; fi
	@touch $@

# Clients from the distribution, and the packages that bring them.
CLIENT_TOOLS := ssh openssl
CLIENT_PACKAGES := openssh-client openssl

.PHONY: conformance
conformance: $(READY) $(CLIENTS) ## the simulator against real command trees and clients that we did not write
	@lacking=""; for tool in $(CLIENT_TOOLS); do command -v $$tool >/dev/null || lacking="$$lacking $$tool"; done; \
	if [ -n "$$lacking" ] && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "installing $(CLIENT_PACKAGES), for want of$$lacking"; apt-get update -qq; \
	  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(CLIENT_PACKAGES) >/dev/null; \
	fi
	@$(SUMMARY) conformance build/results/conformance.xml -- $(BIN)/python -m pytest tests/conformance -n $(WORKERS) \
	  --junitxml=build/results/conformance.xml $(PYTEST_ARGS)

.PHONY: prove
prove: $(READY) ## that nobody is locked out: ways to do it, look-alikes, cuts at some sentences, killed playbooks
	@$(SUMMARY) prove build/results/prove.xml -- $(BIN)/python -m pytest tests/prove --ignore-glob='*/test_secrets*' \
	  -n $(WORKERS) --junitxml=build/results/prove.xml $(PYTEST_ARGS)

.PHONY: secrets
secrets: $(READY) ## canary secrets through every module, playbook and role, looked for everywhere
	@$(SUMMARY) secrets build/results/secrets.xml -- $(BIN)/python -m pytest $(wildcard tests/prove/test_secrets*.py) \
	  -n $(WORKERS) --junitxml=build/results/secrets.xml $(PYTEST_ARGS)

.PHONY: test-full
test-full: $(READY) ## what takes too long for every change: cuts at every sentence, on all releases; a fleet; all switches
	@$(PARTS) test-full --jobs 1 --counted prove-full integration-slow switches-full

.PHONY: prove-full
prove-full: $(READY)
	@PROVE_CUTS=all $(SUMMARY) prove-full build/results/prove-full.xml -- $(BIN)/python -m pytest \
	  tests/prove tests/integration/bootstrap/test_playbooks.py -n $(WORKERS) --junitxml=build/results/prove-full.xml $(PYTEST_ARGS)

# Tests with real packets wait for timeouts most of their time, so that more of them run side by side than there are
# processors; few at a time are handed out, so that those which take long start first.
PACKET_WORKERS ?= 4
ABREAST := -n $(PACKET_WORKERS) --maxschedchunk=1

# What the tests with real packets run beside Python, and the packages that bring it.
PACKET_TOOLS := nft ip nmap knock hping3 nc swanctl charon-systemd
# strongSwan: what is in "extra" carries ESP in user space, "standard" has the elliptic curves and AES-GCM.
PACKET_PACKAGES := nftables iproute2 nmap knockd hping3 netcat-openbsd \
  strongswan-swanctl charon-systemd libcharon-extra-plugins libstrongswan-standard-plugins
# A browser is 400 MB, so that only packets-full asks for it.
FULL_TOOLS := chromium qemu-system-x86_64 busybox
# A kernel with ESP, which not every machine has.
FULL_PACKAGES := chromium qemu-system-x86 busybox-static

# As root on Debian and its kin, what is lacking of the tools $(1) is installed from the packages $(2), and said so.
define install
@lacking=""; for tool in $(1); do command -v $$tool >/dev/null || lacking="$$lacking $$tool"; done; \
if [ -n "$$lacking" ] && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
  echo "installing $(2), for want of$$lacking"; apt-get update -qq; \
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(2) >/dev/null; \
fi
endef

.PHONY: packets
packets: $(READY) ## real packets between network namespaces, as root; without root they are skipped, loudly
	$(call install,$(PACKET_TOOLS),$(PACKET_PACKAGES))
	@$(SUMMARY) packets build/results/packets.xml -- $(BIN)/python -m pytest tests/packets $(ABREAST) \
	  --junitxml=build/results/packets.xml $(PYTEST_ARGS)

.PHONY: packets-full
packets-full: $(READY) ## the same with every scan in every family, long ones, a browser, and two minutes of tasks
	$(call install,$(PACKET_TOOLS) $(FULL_TOOLS),$(PACKET_PACKAGES) $(FULL_PACKAGES))
	@PACKETS_FULL=1 $(SUMMARY) packets-full build/results/packets-full.xml -- $(BIN)/python -m pytest tests/packets \
	  $(ABREAST) --junitxml=build/results/packets-full.xml $(PYTEST_ARGS)

.PHONY: sanity
sanity: $(READY) ## ansible-test sanity
	@$(BIN)/python tests/tools/sanity.py $(SANITY_ARGS)

.PHONY: build
build: $(READY) ## build/bastion-routeros-VERSION.tar.gz, built and installed
	@$(BIN)/python tests/tools/package.py

.PHONY: docs
docs: $(READY) ## the manual as HTML, build/docs/build/html/collections/bastion/routeros/index.html
	@$(PARTS) docs docs-html

.PHONY: docs-html
docs-html: $(READY)
	rm -rf build/docs
	mkdir -p build/docs
	$(BIN)/antsibull-docs sphinx-init --use-current --lenient --fail-on-error --dest-dir build/docs bastion.routeros
	cd build/docs && ./build.sh
	for module in $(notdir $(basename $(wildcard plugins/modules/*.py))); do \
	  test -s build/docs/build/html/collections/bastion/routeros/$${module}_module.html; done

# What tests with real packets need beside Python packages.
SYSTEM_PACKAGES := $(PACKET_PACKAGES) $(FULL_PACKAGES) $(CLIENT_PACKAGES)

.PHONY: system-packages
system-packages: ## install Debian's or Ubuntu's packages for tests with real packets (as root)
	@[ "$$(id -u)" = 0 ] || { echo "as root: apt-get install $(SYSTEM_PACKAGES)"; exit 1; }
	apt-get update -qq
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(SYSTEM_PACKAGES)
	@echo "system-packages: 1 passed, 0 failed"

.PHONY: clean
clean: ## remove what make made
	rm -rf build .venv
