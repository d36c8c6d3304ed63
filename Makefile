PORT ?= 8501
ADDRESS ?= 127.0.0.1
RUNS ?= 5000
ROUNDS ?= 100
MINUTES ?= 120
BIN = .venv/bin

.PHONY: help run test soak soak-faults soak-people lint format bench setup setup-dev

help:
	@echo "make run    set up what is missing and open the page (PORT=$(PORT); ADDRESS=0.0.0.0 lets others in)"
	@echo "make test   set up what is missing and run every test"
	@echo "make soak   run every fix of pasted code and look for texts that break its reading, RUNS=$(RUNS) of them (half an hour)"
	@echo "make soak-faults  kill, stop, fill and lock at random moments, ROUNDS=$(ROUNDS) percent of them (an hour and a half)"
	@echo "make soak-people  let people come, train and leave for MINUTES=$(MINUTES), and compare what memory that takes"
	@echo "make lint   check the style of the code;  make format  mend it"
	@echo "make bench  measure on this machine, into docs/performance.md"

setup:
	@sh scripts/setup.sh requirements.txt

setup-dev:
	@sh scripts/setup.sh requirements-dev.txt

run: setup
	$(BIN)/streamlit run app.py --server.port $(PORT) --server.address $(ADDRESS)

test: setup-dev
	@$(BIN)/python scripts/chromium.py
	$(BIN)/python -m pytest

soak:
	@sh scripts/setup.sh requirements-soak.txt
	$(BIN)/python -m pytest tests/fuzz/every_case.py --dist load
	$(BIN)/python -m tests.fuzz.fuzz_check -runs=$(RUNS) -max_len=4096 -len_control=0 -seed=1 -rss_limit_mb=4096 -timeout=60

soak-faults: setup-dev
	ROUNDS=$(ROUNDS) $(BIN)/python -m pytest tests/soak/workers.py tests/soak/servers.py tests/soak/disk.py tests/soak/stream.py -n 0

soak-people: setup-dev
	MINUTES=$(MINUTES) $(BIN)/python -m tests.soak.people

lint: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: setup-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup-dev
	@PYTHON=$(BIN)/python sh scripts/setup.sh requirements-bench.txt .venv/competitors
	@$(BIN)/python scripts/chromium.py
	$(BIN)/python -m explorer bench
