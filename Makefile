# make run    the window            make run ARGS="FILE"
# make test   all tests             make test ARGS="-k optimizers"
# make check  style and types
# make bench  how fast it is        make bench ARGS="--only trainer"
# make soak   a random user, 10,000 actions: what fails, what is left behind
# make clean  back to a fresh clone
#
# Each is enough on its own: it finds a Python, makes .venv and installs what is needed. PYTHON3=/path/to/python
# chooses another Python, once, when .venv is made. APT=no: no system package is installed, only named.

VENV := .venv
PYTHON := $(VENV)/bin/python

# an environment whose Python has gone, or was never finished, is made again
$(shell [ ! -e $(VENV) ] || $(PYTHON) -c '' 2>/dev/null || rm -rf $(VENV))

.PHONY: run test check bench soak clean
.DELETE_ON_ERROR:

run: $(VENV)/installed
	@.ci/system-libs window $(PYTHON)
	$(PYTHON) -m app.cli $(ARGS)

test: $(VENV)/installed-dev
	@.ci/system-libs drawing $(PYTHON)
	QT_QPA_PLATFORM=offscreen $(PYTHON) -m pytest -n auto $(ARGS)

check: $(VENV)/installed-dev
	$(PYTHON) -m ruff check
	$(PYTHON) -m ruff format --check
	$(PYTHON) -m mypy

bench: $(VENV)/installed
	@.ci/system-libs window $(PYTHON)
	$(PYTHON) -m tests.bench $(ARGS)

soak: $(VENV)/installed-dev
	@.ci/system-libs drawing $(PYTHON)
	$(PYTHON) -m tests.soak $(ARGS)

clean:
	rm -rf $(VENV) build dist out .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(PYTHON):
	.ci/make-venv $(VENV) $(PYTHON3)

$(VENV)/installed: pyproject.toml | $(PYTHON)
	$(PYTHON) -m pip install --quiet --disable-pip-version-check -e '.[onnx]'
	@$(PYTHON) -m compileall -q app core  # or the first start would do it
	@touch $@

$(VENV)/installed-dev: pyproject.toml | $(PYTHON)
	$(PYTHON) -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@$(PYTHON) -m compileall -q app core
	@touch $@ $(VENV)/installed
