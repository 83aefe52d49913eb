# Everything a person types to run, test and check Garland. `make` alone lists it.
# Each target installs what it needs first, and is quick when that is there already.
# `make run ARGS="--port 8100 --data /tmp/other"` passes options on to `garland up`.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help run test quick check audit-packages bench screenshots bare-debian clean

help: ## List these targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22

run: ## Install what is missing and run Garland with its demo world; Ctrl-C stops it
	@tools/bootstrap run
	@exec .venv/bin/garland up --demo $(ARGS)

test: ## Run all tests: SQLite, PostgreSQL, real browser, killed processes, JavaScript
	@tools/bootstrap test
	@exec .venv/bin/python tools/run_tests.py

quick: ## Run the tests that need no database and no browser, before a commit
	@tools/bootstrap test
	@exec .venv/bin/python tools/run_tests.py quick

check: ## Format, lint, types, import contracts, templates, JavaScript, spelling, migrations
	@tools/bootstrap check
	@exec .venv/bin/python tools/run_checks.py

audit-packages: ## Compare the locked packages with known vulnerabilities (needs net, or ARGS="--advisories FILE")
	@tools/bootstrap run
	@exec .venv/bin/python tools/audit_packages.py $(ARGS)

bench: ## Run every script in benchmarks/ and print its table
	@tools/bootstrap run
	@set -e; for script in benchmarks/[a-z]*.py; do .venv/bin/python "$$script"; done

screenshots: ## Take the tour's pictures and those of every page into docs/pictures/
	@tools/bootstrap test
	@exec .venv/bin/python tools/screenshots.py $(WHAT)

bare-debian: ## As root: try `make run` in a fresh, minimal Debian, and time it
	@exec tools/try-bare-debian

clean: ## Remove what was built or installed here; the data folder stays
	rm -rf .venv node_modules build dist .mypy_cache .ruff_cache .pytest_cache \
	  .import_linter_cache .hypothesis .coverage test-results
