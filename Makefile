PORT ?= 8501
ADDRESS ?= 127.0.0.1
RUNS ?= 5000
CODES ?= 100000
LINKS ?= 1000
SEED ?= 1
ROUNDS ?= 100
MINUTES ?= 120
DRAWS ?= 60
BIN = .venv/bin
# The name in the address that is printed. Without one, Streamlit would ask a server outside for this machine's own address.
SHOWN = $(if $(filter 0.0.0.0 ::,$(ADDRESS)),$(shell hostname),$(ADDRESS))

.PHONY: help run test coverage soak soak-code soak-pairs soak-film soak-lessons soak-layers soak-faults soak-people lint types layers rates who pictures format bench setup setup-dev lock try

help:
	@echo "make run    set up what is missing and open the page (PORT=$(PORT); ADDRESS=0.0.0.0 lets others in)"
	@echo "make test   set up what is missing and run every test"
	@echo "make coverage  the same, and which lines of the package no test reaches"
	@echo "make soak   all of the next seven, one after the other"
	@echo "make soak-code    run every fix of pasted code, check hostile and fuzzed ones (RUNS=$(RUNS) CODES=$(CODES) LINKS=$(LINKS); an hour)"
	@echo "make soak-pairs   train every architecture on every task that fits it, run every script, change every setting (two minutes)"
	@echo "make soak-film    record the film of the page (a minute)"
	@echo "make soak-lessons take every lesson in a browser (three minutes)"
	@echo "make soak-layers  hold every class of layer against Keras with DRAWS=$(DRAWS) drawn settings each (twenty minutes)"
	@echo "make soak-faults  kill, stop, fill and lock at random moments (ROUNDS=$(ROUNDS) kills of a worker; an hour and a half)"
	@echo "make soak-people  let people come, train and leave for MINUTES=$(MINUTES), and compare what memory that takes"
	@echo "make types  write the front end's types of what Python sends"
	@echo "make layers write docs/layers.md, the table of the classes of layers, and the sentences about each, for the tests"
	@echo "make rates  measure how long each experiment's loss takes to fall, into docs/learning_rates.md (half an hour)"
	@echo "make who    measure which architecture can learn which task, for what is missing in the table (ten minutes for all)"
	@echo "make pictures  take README's pictures of the page and record its film"
	@echo "make lint   check style, types, imports and unsafe code, look for known security holes in packages;  make format  fix the style"
	@echo "make try NAME=deep_answer    say what an architecture or a task of your own still lacks"
	@echo "make lock   write requirements.txt and requirements-dev.txt from pyproject.toml"
	@echo "make bench  measure on this machine, into docs/performance.md"

setup:
	@sh scripts/setup.sh requirements.txt

setup-dev:
	@sh scripts/setup.sh requirements-dev.txt

run: setup
	@$(BIN)/python scripts/can_listen.py "$(PORT)" "$(ADDRESS)"
	@$(BIN)/python -m explorer.runtime.questions.describe_catalog
	$(BIN)/streamlit run app.py --server.port $(PORT) --server.address $(ADDRESS) --browser.serverAddress $(SHOWN)

test: setup-dev
	@$(BIN)/python scripts/chromium.py
	$(BIN)/python -m pytest

coverage: setup-dev
	@$(BIN)/python scripts/chromium.py
	$(BIN)/python -m pytest --cov=explorer --cov-report=term:skip-covered

soak: soak-code soak-pairs soak-film soak-lessons soak-layers soak-faults soak-people

soak-code:
	@sh scripts/setup.sh requirements-soak.txt
	$(BIN)/python -m pytest tests/fuzz/every_case.py --dist load
	CASES=many $(BIN)/python -m pytest tests/snippet/test_cases.py -n 0
	$(BIN)/python -m tests.fuzz.hostile_codes
	CODES=$(CODES) LINKS=$(LINKS) SEED=$(SEED) $(BIN)/python -m tests.fuzz.many
	$(BIN)/python -m tests.fuzz.fuzz_check -runs=$(RUNS) -max_len=4096 -len_control=0 -seed=1 -rss_limit_mb=4096 -timeout=60

soak-pairs: setup-dev
	PAIRS=all $(BIN)/python -m pytest tests/training/test_training.py -k "pair or keras"
	PAIRS=all $(BIN)/python -m pytest tests/test_export.py -k every_architectures_script
	PAIRS=all $(BIN)/python -m pytest tests/models/test_variants.py -k turns_back
	@$(BIN)/python scripts/chromium.py
	PAIRS=all $(BIN)/python -m pytest tests/browser/test_layout.py tests/browser/test_shapes.py -k "kind_of_architecture or every_view" -n 0
	PAIRS=all $(BIN)/python -m pytest tests/browser/test_page.py -k preset_is_left -n 0

soak-film: setup-dev
	@$(BIN)/python scripts/chromium.py --whole
	$(BIN)/python -m pytest tests/soak/film.py -n 0

soak-lessons: setup-dev
	@$(BIN)/python scripts/chromium.py
	LESSONS=all $(BIN)/python -m pytest tests/browser/test_lessons.py -n 0

soak-layers: setup-dev
	DRAWS=$(DRAWS) $(BIN)/python -m pytest tests/layers tests/shapes/test_explain.py --timeout 1800

soak-faults: setup-dev
	ROUNDS=$(ROUNDS) $(BIN)/python -m pytest tests/soak/workers.py tests/soak/servers.py tests/soak/disk.py tests/soak/stream.py -n 0

soak-people: setup-dev
	MINUTES=$(MINUTES) $(BIN)/python -m tests.soak.people

lint: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/bandit --quiet --recursive --configfile pyproject.toml explorer app.py scripts bench
	$(BIN)/python scripts/front_end.py
	$(BIN)/python scripts/audit.py

types: setup-dev
	$(BIN)/python -m scripts.front_end_types
	$(BIN)/python -m scripts.glossary

layers: setup-dev
	$(BIN)/python -m scripts.layers_table
	$(BIN)/python -m tests.layers.golden

rates: setup-dev
	$(BIN)/python -m scripts.learning_rates

who: setup-dev
	$(BIN)/python -m scripts.who_can

pictures: setup-dev
	@$(BIN)/python scripts/chromium.py --whole
	$(BIN)/python -m scripts.pictures
	$(BIN)/python -m scripts.record_film

# What is installed, with everything underneath, for every system and Python that pyproject.toml names. What stands in the
# files already is kept where it fits: `rm requirements*.txt` first, but for bench and soak, takes what is newest.
LOCK = $(BIN)/uv pip compile pyproject.toml --universal --quiet --no-annotate --custom-compile-command "make lock"

lock:
	$(LOCK) --output-file requirements.txt
	$(LOCK) --group dev --extra postgres --no-emit-package pip --constraint requirements.txt --output-file requirements-dev.txt

try: setup-dev
	@$(BIN)/python scripts/try_entry.py "$(NAME)"

format: setup-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup-dev
	@PYTHON=$(BIN)/python sh scripts/setup.sh requirements-bench.txt .venv/competitors
	@$(BIN)/python scripts/chromium.py --whole
	$(BIN)/python -m explorer bench
