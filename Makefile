# Signpost. `make help` lists what there is.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules --no-print-directory

# --- The Node that runs everything -------------------------------------------------------------------------------------
# The machine's own, when it is new enough; else the release that .node-version names, from the npm registry, into .node/.

NODE_RELEASE := $(shell cat .node-version)
PLATFORM := $(shell uname -s | tr A-Z a-z)-$(shell uname -m | sed -e s/x86_64/x64/ -e s/aarch64/arm64/)
NEW_ENOUGH := const [major, minor] = process.versions.node.split("."); process.exit(major > 24 || (major == 24 && minor >= 7) ? 0 : 1)
LOCAL_NODE := $(CURDIR)/.node/node_modules/node-$(PLATFORM)/bin/node
NODE := $(shell node -e '$(NEW_ENOUGH)' 2>/dev/null && command -v node || echo $(LOCAL_NODE))
export PATH := $(dir $(NODE)):$(CURDIR)/node_modules/.bin:$(PATH)

$(LOCAL_NODE): .node-version
	@echo "installing Node $(NODE_RELEASE) into .node/"
	@mkdir -p .node
	@npm install --prefix .node --no-save --no-package-lock --ignore-scripts --loglevel=error \
	  node-$(PLATFORM)@$(NODE_RELEASE) >/dev/null
	@touch $@

# --- Packages and build ------------------------------------------------------------------------------------------------

PACKAGES := node_modules/.package-lock.json
BUILT := dist/.built
SOURCES := $(shell find apps libs -name '*.ts' -not -name '*.spec.ts' -not -path 'libs/testing/*')

$(PACKAGES): package.json package-lock.json | $(NODE)
	@echo "installing packages"
	@npm ci --ignore-scripts --loglevel=error
	@touch $@

$(BUILT): $(PACKAGES) $(SOURCES) tsconfig.json nest-cli.json $(wildcard apps/*/tsconfig.app.json)
	@echo "building"
	@npm run --silent build
	@touch $@

# --- Targets -----------------------------------------------------------------------------------------------------------

.PHONY: help run test check build bench chaos race graph clean print-node tools

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: $(BUILT) ## install what is missing, build, and start both programs in the foreground
	@# On a terminal, job control makes Ctrl-C reach the program alone: make itself would die of it, whatever the exit code.
	@if [ -t 0 ]; then set -m; $(NODE) dist/apps/signpost/src/main.js; exit $$?; fi; \
	exec $(NODE) dist/apps/signpost/src/main.js

test: $(BUILT) tools check ## install what is missing and run every test
	@vitest run

check: $(PACKAGES) ## types, lint, format and the rules of the house
	@tsc --noEmit
	@oxlint --type-aware
	@prettier --check --log-level warn .
	@vitest run test/house-rules.spec.ts --reporter=dot

build: $(BUILT) ## build both programs into dist/

bench: $(BUILT) ## measure against bare peers in the same run: make bench, make bench dns, make bench dns-udp
	@tsc -p test/bench/tsconfig.json
	@test/bench/prepare.sh
	@$(NODE) dist/test/bench/main.js $(BENCHES)

chaos: $(BUILT) tools ## kill both programs with -9 under load 200 times, reload them 50 times (CHAOS_ROUNDS=20: 20 and 5), fill a disk; make chaos cache
	@CHAOS_ROUNDS=$${CHAOS_ROUNDS:-200} vitest run $(or $(addprefix test/chaos/,$(CHAOSES)),test/chaos)

# Tests that let fast-check's scheduler choose the order in which things end, and find the wrong one.
RACES := libs/registry/test/races.spec.ts libs/cache/test/model.spec.ts

race: $(PACKAGES) ## look for races: make race, RACE_RUNS=100000 make race
	@RACE_RUNS=$${RACE_RUNS:-5000} vitest run --testTimeout=600000 $(RACES)

graph: $(PACKAGES) tools ## draw which lib uses which, and refuse cycles: dist/graph.svg, and dist/files.svg of all files
	@depcruise apps libs
	@mkdir -p dist
	@depcruise apps libs --collapse '^(apps|libs)/[^/]+' --output-type dot | dot -T svg -o dist/graph.svg
	@depcruise apps libs --output-type dot | dot -T svg -o dist/files.svg
	@echo "dist/graph.svg dist/files.svg"

tools: ## install the servers and clients that the tests use, from Debian's packages, and schemathesis into .python/
	@test/install-tools.sh
	@test/schemathesis/install.sh

clean: ## remove what the build made; var/ stays
	@rm -rf dist coverage

print-node: | $(NODE) ## print the path of the Node that everything runs on
	@echo $(NODE)

# `make bench dns`: the words after bench are names of benchmarks, no targets.
ifeq (chaos,$(firstword $(MAKECMDGOALS)))
CHAOSES := $(wordlist 2,$(words $(MAKECMDGOALS)),$(MAKECMDGOALS))
$(eval $(CHAOSES):;@:)
endif

ifeq (bench,$(firstword $(MAKECMDGOALS)))
BENCHES := $(wordlist 2,$(words $(MAKECMDGOALS)),$(MAKECMDGOALS))
$(eval $(BENCHES):;@:)
endif
