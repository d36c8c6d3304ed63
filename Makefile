PORT ?= 8501
ADDRESS ?= 127.0.0.1
RUNS ?= 5000
CODES ?= 100000
LINKS ?= 1000
SEED ?= 1
BIN = .venv/bin

.PHONY: help run test soak lint format bench setup setup-dev

help:
	@echo "make run    set up what is missing and open the page (PORT=$(PORT); ADDRESS=0.0.0.0 lets others in)"
	@echo "make test   set up what is missing and run every test"
	@echo "make soak   run every fix of pasted code, and check hostile and fuzzed ones (RUNS=$(RUNS) CODES=$(CODES) LINKS=$(LINKS); an hour)"
	@echo "make lint   check style and unsafe code, ask for known holes in packages;  make format  mend the style"
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
	$(BIN)/python -m tests.fuzz.hostile_codes
	CODES=$(CODES) LINKS=$(LINKS) SEED=$(SEED) $(BIN)/python -m tests.fuzz.many
	$(BIN)/python -m tests.fuzz.fuzz_check -runs=$(RUNS) -max_len=4096 -len_control=0 -seed=1 -rss_limit_mb=4096 -timeout=60

lint: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/bandit --quiet --recursive --configfile pyproject.toml explorer app.py scripts bench
	$(BIN)/python scripts/audit.py

format: setup-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup-dev
	@PYTHON=$(BIN)/python sh scripts/setup.sh requirements-bench.txt .venv/competitors
	@$(BIN)/python scripts/chromium.py
	$(BIN)/python -m explorer bench
