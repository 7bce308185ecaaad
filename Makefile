# Anydoor. `make run` and `make test` do all their own set-up; `make help` lists the rest.
PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run test slow check format lock pictures audit train record bench soak clean

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | expand -t 14

setup: ## everything needed to serve (also the trained model, where Python 3.10 can be had)
	@$(PYTHON) tools/environment.py app
	@$(PYTHON) tools/environment.py nlu || [ $$? -eq 3 ]

setup-dev: ## everything needed to test
	@$(PYTHON) tools/environment.py dev
	@$(PYTHON) tools/environment.py nlu || [ $$? -eq 3 ]

run: setup ## set up, serve on http://127.0.0.1:8000 with the demonstration teams, train the model meanwhile if needed
	@$(BIN)/anydoor serve --demo --train

test: setup-dev ## set up, then the whole test suite
	@$(BIN)/anydoor train --if-needed
	@$(BIN)/pytest -n 2 --dist loadgroup -r s

slow: setup-dev ## the slow part of the suite in full: 20,000 booking attempts on each database, 20,000 random operations on calls
	@BOOKING_ATTEMPTS=$(or $(ATTEMPTS),20000) $(BIN)/pytest -n0 --durations=4 tests/faults/test_booking_races.py
	@CALL_LIVES=$(or $(LIVES),500) $(BIN)/pytest -n0 tests/services/test_call_life.py

check: setup-dev ## format, lint, types, import layers, the proof of the dialogue content
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/anydoor check

format: ## put the code in the one format
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

train: setup ## train and evaluate the NLU model
	@$(BIN)/anydoor train --evaluate

record: setup-dev ## record the trained model's answers for the conversation tests
	@$(BIN)/anydoor test --record

bench: setup-dev ## run the benchmarks and print their figures
	@$(BIN)/python -m benchmarks

soak: setup-dev ## find every seeded fault, play 10,000 random people, read 10,000 odd messages (PEOPLE=n for another number), play 20,000 calls, race 200,000 bookings, deliver 200,000 messages, change the audit 10,000 times, kill 2,500 lives (goes on where it was broken off, in var/soak); hours, apart from CI
	@PUBLISH_PEOPLE=500 $(BIN)/pytest -n0 tests/bot/studio/test_publish_under_load.py
	@SEEDS=all $(BIN)/pytest -n 2 tests/bot/flows/seeded
	@FUZZ_MESSAGES=10000 $(BIN)/pytest -n0 tests/bot/test_any_message.py
	@$(BIN)/pytest -n 2 tests/random_people tests/services/test_invitation_lives.py tests/services/test_call_life.py --hypothesis-profile soak --people $(or $(PEOPLE),10000)
	@BOOKING_ATTEMPTS=$(or $(ATTEMPTS),200000) $(BIN)/pytest -n0 tests/faults/test_booking_races.py
	@DELIVERIES=200000 ORDERS=5040 STOP_RACES=2000 TAMPERINGS=10000 $(BIN)/pytest -n0 -s tests/services/test_many_deliveries.py tests/services/test_tampering.py
	@DRILLS=1 $(BIN)/pytest -n0 -s -r s tests/faults/test_restore_drill.py
	@ROUTE_TRIES=20000 $(BIN)/pytest -n0 -s tests/web/test_every_route.py
	@READY_SECONDS=2 $(BIN)/pytest -n0 -s tests/faults/test_outages.py
	@ENDS_SECONDS=10 $(BIN)/pytest -n0 tests/faults/test_process.py
	@READY_SECONDS=5 $(BIN)/pytest -n0 tests/bot/studio/test_two_processes.py
	@SOAK_FOLDER=$(or $(SOAK_FOLDER),var/soak) KILLS=$(or $(KILLS),2000) KILLS_POSTGRES=$(or $(KILLS_POSTGRES),500) $(BIN)/pytest -n0 -s tests/faults/test_many_kills.py

LOCK = $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header
pictures: setup-dev ## take the pictures of the guides anew (docs/images), from a demonstration of its own
	@$(BIN)/python -m tools.pictures

lock: ## renew the locked requirement files (they hold hashes and no addresses)
	@$(LOCK) --python-version 3.11 pyproject.toml -o requirements.lock
	@$(LOCK) --python-version 3.11 pyproject.toml --extra tracing -o requirements-tracing.lock
	@$(LOCK) --python-version 3.11 pyproject.toml --group dev --group lock -o requirements-dev.lock

audit: setup-dev ## ask the public advisory databases about every locked package, and write docs/audit.json (needs the internet)
	@$(BIN)/python -m tools.audit

clean: ## remove environments and caches (never the database)
	rm -rf .venv nlu_server/.venv .mypy_cache .ruff_cache .pytest_cache build
