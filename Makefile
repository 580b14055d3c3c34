# Everything this repository does, by name: `make help` lists it.
# Written for GNU make 3.81 and later, which is what macOS has.
SHELL := /bin/bash

PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$python; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
# pip asks its index even for what it has cached. From a folder of wheels it installs without any network.
WHEELS ?= $(if $(XDG_CACHE_HOME),$(XDG_CACHE_HOME),$(HOME)/.cache)/loadproof/wheels

SCENARIO ?= staged
HOST ?=
PLATFORM ?=
OVERLAY ?= single
REGISTRY ?=
BASE_IMAGE ?=
MONITORING ?=
WHERE ?= here
WORKERS ?= 2
PORT ?= $(if $(SERVICE_PORT),$(SERVICE_PORT),8000)
DATA ?= real
MODELS := $(patsubst model/%/training.py,%,$(wildcard model/*/training.py))

# Nothing is compiled when it is installed (see INSTALL), so whoever imports it first has to keep what that compiled.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install install-dev lock demo serve loadtest fetch notebook calibrate data train documents test lint \
	format clean FORCE doctor deploy status disrupt teardown capacity plan experiment

##@ Start here
help: ## List what can be made
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@ / { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  SCENARIO=staged HOST=http://127.0.0.1:8000 PORT=8000"
	@echo "  PLATFORM=minikube|kind|kubernetes|docker|local OVERLAY=single|autoscaled|planned|seed"
	@echo "  REGISTRY=registry.example.com/team BASE_IMAGE=python:3.11-slim-bookworm MONITORING=yes"
	@echo "  WHERE=here|cluster WORKERS=2"
	@echo "  MODELS=\"insurance_charges taxi_fare\" DATA=real|synthetic|PATH PYTHON=python3.11"

demo: install ## Serve both models here, put load on them and read the verdict
	@$(BIN)/python -m load_tests.demo

install: $(VENV)/requirements.installed ## Make .venv with what the repository needs

##@ Piece by piece
serve: install ## Serve both models on PORT until Ctrl-C
	@SERVICE_PORT=$(PORT) $(BIN)/python -m service

loadtest: install ## Put the load of SCENARIO on HOST, or on what is deployed, or on PORT, from WHERE, and judge it
	@$(BIN)/python -m deployment loadtest $(DEPLOYMENT) $(or $(SCENARIO),"")

notebook: $(VENV)/requirements-notebook.installed ## Run notebooks/walkthrough.ipynb from top to bottom, and keep its pictures
	@$(BIN)/python -m notebooks.execute $(if $(PLATFORM),--set 'PLATFORM = "$(PLATFORM)"')

capacity: install ## Find the highest rate at which one replica keeps the objectives of SCENARIO
	@$(BIN)/python -m deployment capacity $(DEPLOYMENT) $(or $(SCENARIO),"")

plan: install ## Say how many replicas SCENARIO needs, and whether an autoscaler brings them in time
	@$(BIN)/python -m deployment plan $(DEPLOYMENT) $(or $(SCENARIO),"")

calibrate: install ## Measure what this generator can do on this machine
	@$(BIN)/python -m load_tests.calibrate

##@ On a platform
doctor: install ## Look whether everything is there that deploy needs on PLATFORM
	@$(BIN)/python -m deployment doctor $(DEPLOYMENT)

deploy: install ## Build the image, bring it to PLATFORM in the arrangement OVERLAY, wait for a right answer
	@$(BIN)/python -m deployment deploy $(DEPLOYMENT)

status: install ## Tell of pods, CPU, replicas, autoscaler and events
	@$(BIN)/python -m deployment status $(DEPLOYMENT)

fetch: install ## Follow a load test that runs in the cluster, or bring the reports of the last one
	@$(BIN)/python -m deployment fetch $(DEPLOYMENT)

experiment: install ## Put a sudden rise on one pod, on autoscaled ones and on those that were planned
	@$(BIN)/python -m deployment experiment $(DEPLOYMENT) $(if $(filter file,$(origin SCENARIO)),sudden,$(or $(SCENARIO),""))

disrupt: install ## Replace pods and take some away under load: no request may be lost
	@$(BIN)/python -m deployment disrupt $(DEPLOYMENT)

teardown: install ## Remove everything that deploy made
	@$(BIN)/python -m deployment teardown $(DEPLOYMENT)

DEPLOYMENT = --platform "$(PLATFORM)" --overlay "$(OVERLAY)" --registry "$(REGISTRY)" --base-image "$(BASE_IMAGE)" \
	--port "$(PORT)" --host "$(HOST)" --where "$(WHERE)" --workers "$(WORKERS)" $(if $(MONITORING),--monitoring)

##@ The models
data: install ## Download the real data sets into data/
	@$(BIN)/python -m model.datasets

train: $(MODELS:%=model/%/artifact/card.json) ## Train what has changed, on DATA

##@ Development
# Most tests wait for real processes, so there may be more at a time than there are cores. A few measure times.
test: lint $(VENV)/requirements-checkov.installed ## Run what CI runs
	@$(BIN)/python -m pytest -n 3 --dist worksteal -m "not alone"
	@$(BIN)/python -m pytest -m alone

lint: install-dev ## Check style and types
	@echo "style"; $(BIN)/ruff check . && $(BIN)/ruff format --check .
	@echo "types (half a minute the first time)"; $(BIN)/mypy
	@echo "import directions"
	@$(BIN)/lint-imports --no-logo --cache-dir .build/import-linter

format: install-dev ## Mend style
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

documents: install ## Write again what is made: openapi.json, JSON schemas, monitoring/, figures in docs
	@$(BIN)/python -m service.openapi
	@$(BIN)/python -m load_tests.schemas
	@$(BIN)/python -m load_tests.monitoring staged
	@$(BIN)/python -m deployment.prometheus_rule
	@$(BIN)/python -m benchmarks.figures

install-dev: $(VENV)/requirements-dev.installed ## Make .venv with what development needs as well

lock: install-dev ## Compile pyproject.toml into the requirements files, newest versions
	@for target in "requirements-serving.txt pyproject.toml" \
			"requirements-load.txt --group load" \
			"requirements.txt pyproject.toml --group training --group load --group report" \
			"requirements-notebook.txt pyproject.toml --group training --group load --group report --group notebook" \
			"requirements-dev.txt pyproject.toml --group training --group load --group report --group notebook \
				--group tracing --group dev" \
			"requirements-sbom.txt --group sbom" "requirements-checkov.txt --group checkov"; do \
		echo "compiling $$target"; \
		$(BIN)/uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-header \
			-o $$target || exit 1; \
	done

clean: ## Remove .venv and caches; data/ and reports/ stay
	@if grep -qs '"stands": true' .build/deployment/deployed.json; then \
		echo "what make deploy made still stands, and only .build/deployment says where: make teardown first"; exit 1; fi
	rm -rf $(VENV) .build .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@if [ -z "$(PYTHON)" ]; then \
		echo "Python 3.11 or newer is needed, and none was found: install it, or name it with PYTHON=/path/to/python3.11"; \
		exit 1; fi
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "PYTHON=$(PYTHON) is no Python 3.11 or newer: name another one"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "$(PYTHON) could not make a virtual environment; on Debian and Ubuntu: apt-get install python3-venv"; exit 1; }

# Wheels are downloaded once and checked against the hashes in the lock file, then installed from the folder.
# Without --no-compile half the time would go into compiling modules that nobody imports.
INSTALL = $(PIP) install --no-index --find-links $(WHEELS) --require-hashes --no-compile
DOTS = awk '/^(Collecting|Processing)/ { printf "."; fflush(); dots = 1 } END { if (dots) print "" }'

$(VENV)/%.installed: %.txt | $(BIN)/python
	@mkdir -p $(WHEELS)
	@echo "installing $<"
	@{ $(INSTALL) -r $< 2>/dev/null || touch $(VENV)/incomplete; } | $(DOTS)
	@if [ -e $(VENV)/incomplete ]; then rm $(VENV)/incomplete; \
		echo "downloading wheels to $(WHEELS), about a minute the first time"; \
		{ $(PIP) download --require-hashes -r $< -d $(WHEELS) 2>$(VENV)/pip.log || touch $(VENV)/failed; } | $(DOTS); \
		if [ -e $(VENV)/failed ]; then rm $(VENV)/failed; tail -n 5 $(VENV)/pip.log; \
			echo "The packages could not be downloaded: is there a network? All of pip's messages: $(VENV)/pip.log"; \
			exit 1; fi; \
		$(INSTALL) -q -r $<; fi
	@touch $@

# checkov brings a hundred packages, which are not to decide the versions of ours.
$(VENV)/requirements-checkov.installed: PIP := $(PIP) --python $(VENV)/checkov/bin/python
$(VENV)/requirements-checkov.installed: | $(VENV)/checkov/bin/python

$(VENV)/checkov/bin/python: | $(BIN)/python
	@$(BIN)/python -m venv --without-pip $(VENV)/checkov

# Which data the models are to be trained on is a dependency like any other.
.build/training-data: FORCE
	@mkdir -p .build
	@echo "$(DATA)" | cmp -s - $@ || echo "$(DATA)" > $@

# A model is made of its own code, the shared training code and the data. Whether any of them really changed is then
# decided by checksums, which the model card holds: a fresh clone is newer in every file, and not one is different.
TRAINING_SOURCES := $(wildcard model/*.py)
TRAINING_DATA := $(wildcard $(if $(REAL_DATA_DIR),$(REAL_DATA_DIR),data)/*.csv)
define TRAIN
model/$(1)/artifact/card.json: $$(wildcard model/$(1)/*.py) $$(TRAINING_SOURCES) $$(TRAINING_DATA) \
		.build/training-data | $$(VENV)/requirements.installed
	@$$(BIN)/python -m model.train $(1) --data "$$(DATA)"
endef
$(foreach model,$(MODELS),$(eval $(call TRAIN,$(model))))
