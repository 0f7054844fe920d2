# Each target works in a fresh clone: the first one makes .venv.
PYTHON := .venv/bin/python
.DEFAULT_GOAL := help
.PHONY: help run cluster test test-on-15 check rehearse bench chaos docs guards lock clean venv

help: ## Show these targets.
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: venv ## Run everything on this machine, with demo stories, until Ctrl-C.
	@$(PYTHON) -m cli up

cluster: venv ## Run the production topology on this machine, without containers.
	@$(PYTHON) -m cli cluster

test: venv ## Run all tests on servers they start themselves; args="-k words" picks some.
	@$(PYTHON) -m local.temporal_binary
	@$(PYTHON) -m local.temporal_cluster
	@$(PYTHON) -m pytest -n 2 --dist loadfile $(args)

test-on-15: venv ## Run the ledger's tests on Debian's PostgreSQL 15, the oldest we support.
	@command -v pg_virtualenv >/dev/null || \
	  { echo "This takes Debian's packages: apt-get install postgresql-15 postgresql-common"; exit 1; }
	@pg_virtualenv -v 15 -o fsync=off sh -c 'PEEROK_TEST_POSTGRES=\
	"postgresql://$$PGUSER:$$PGPASSWORD@$$PGHOST:$$PGPORT/postgres" $(PYTHON) -m pytest tests/ledger'

check: venv ## Check format, lint, types, imports and generated docs, then run all tests.
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .
	$(PYTHON) -m mypy .
	.venv/bin/lint-imports
	$(PYTHON) -m docs.generate --check
	@$(MAKE) --no-print-directory test

rehearse: venv ## Live through weeks in seconds on a virtual clock; story=name picks one.
	@$(PYTHON) -m cli rehearse $(story)

bench: venv ## Measure speed and size, over an hour; QUICK=1 a look; names="waiting" picks some.
	@$(PYTHON) -m local.temporal_binary
	@$(PYTHON) -m benchmarks $(if $(QUICK),--quick) $(names)

docs: venv ## Generate the documents that come from the law.
	@$(PYTHON) -m docs.generate

chaos: venv ## Live N jobs (10000) while what they need is killed; seed=n repeats a run's faults.
	@$(PYTHON) -m local.temporal_binary
	@$(PYTHON) -m tests.chaos --lives $(or $(N),10000) $(if $(seed),--seed $(seed))

guards: venv ## Take out one guard of the code at a time and see that a test fails; name=a picks.
	@$(PYTHON) -m local.temporal_binary
	@$(PYTHON) -m local.temporal_cluster
	@$(PYTHON) -m tests.guards $(name)

lock: ## Write the lock files from requirements.in; args=--upgrade takes newer versions.
	@tools/lock $(args)

clean: ## Remove what can be made again; the data of `make run` stays.
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

venv:
	@tools/venv
