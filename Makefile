# Concord: `make demo` tries it, `make test` tests it. Nothing has to be prepared but Python 3.11 to 3.13 and make.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin
PORT ?= 8501
CUSTOMERS ?= 40000
# Where a company signs its own traffic, its certificate is in the system's list, not in the one uv brings.
export UV_SYSTEM_CERTS ?= 1
# Where Python may keep no bytecode, every process compiles every library anew: ten seconds each.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup demo serve test test-fast coverage check format browser clean

help:  ## What can be made
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(VENV)/.installed  ## The environment, from the lock file

$(VENV)/.installed: requirements.lock
	@echo "Setting up Python packages from requirements.lock (once)"
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14) and "Python 3.11, 3.12 or 3.13 is needed: make PYTHON=python3.13 …")'
	@$(PYTHON) -m venv $(VENV)
	@$(RUN)/python -m pip install -qq --disable-pip-version-check uv==0.13.9
	@$(RUN)/uv pip sync --quiet --python $(RUN)/python --require-hashes requirements.lock 2>$(VENV)/uv.log \
	  || { echo "uv could not install them ($(VENV)/uv.log says why): pip does it, which takes minutes"; \
	       $(RUN)/python -m pip install -qq --disable-pip-version-check --require-hashes --requirement requirements.lock; }
	@touch $@

demo: setup  ## Build the sample bank (once) and open it on http://127.0.0.1:8501
	@$(RUN)/python -m cli demo --serving --customers $(CUSTOMERS)
	@echo "Open http://127.0.0.1:$(PORT) and sign in. Stop with Ctrl+C."
	@$(MAKE) --no-print-directory serve

serve: setup  ## Open the bank that is loaded
	@exec $(RUN)/streamlit run app.py --server.address 127.0.0.1 --server.port $(PORT)

# The tests commit thousands of times to databases of their own. Where memory has plenty of room these lie there, so that no
# disk is waited for; what a killed process wrote stays either way.
test: setup browser  ## All tests
	@room=$$(df -Pm /dev/shm 2>/dev/null | awk 'NR == 2 {print $$4}'); \
	free=$$(awk '/^MemAvailable/ {print int($$2 / 1024)}' /proc/meminfo 2>/dev/null); \
	if [ "$${room:-0}" -gt 12000 ] && [ "$${free:-0}" -gt 14000 ]; then export PYTEST_DEBUG_TEMPROOT=/dev/shm; fi; \
	exec $(RUN)/python -m pytest

# Files of most folders, without whatever starts a browser or a server, kills, has a bank made, or reads real banks: that
# takes minutes. In one process, for a second one would spend a fifth of the time on its own imports.
FAST := tests/test_*.py tests/golden tests/app_db/test_versions.py tests/goals/test_smart.py tests/goals/test_pace.py \
  tests/hand_off/test_twelve_leads.py tests/hand_off/test_waiting.py tests/models/test_removal_effects.py \
  tests/models/test_stay.py tests/models/test_working_time.py tests/reports/test_dictionary.py \
  tests/reports/test_exports.py tests/spec/test_decompose.py tests/spec/test_verdicts.py tests/spec/test_words.py \
  tests/spec/test_worked_examples.py tests/warehouse/test_settings.py tests/workflow/test_looks.py \
  tests/workflow/test_rules.py tests/workflow/test_rule_versions.py tests/workflow/test_words_of_departments.py
QUICK := -n 0 -m "not (bank or browser or postgresql or real or slow)"
test-fast: setup  ## A minute of the tests, while you work
	@$(RUN)/python -m pytest $(QUICK) $(FAST)

coverage: setup  ## Which lines and branches the fast run passes; fails below what is held
	@$(RUN)/python -m pytest $(QUICK) --cov --cov-report=term $(FAST)

check: setup  ## Format, lint, types, layers
	@$(RUN)/ruff format --check .
	@$(RUN)/ruff check .
	@$(RUN)/mypy
	@$(RUN)/lint-imports

format: setup  ## Put the code into its format
	@$(RUN)/ruff format .
	@$(RUN)/ruff check --fix .

# The browser comes from the system: the tests use whatever Chromium is there, and install Debian's if they may.
browser:
	@command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || \
	  { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 && \
	    echo "Installing Chromium for the browser tests (once)" && \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-cjk >/dev/null; } || \
	  echo "No Chromium here: the browser tests will be skipped and say so."

clean:  ## Remove the environment; the bank in data/ stays (the sample bank goes with: rm -r data)
	rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
