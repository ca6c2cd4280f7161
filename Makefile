# make run    the window            make run ARGS="FILE"
# make test   all tests             make test ARGS="-k optimizers"
# make check  style and types
# make bench  how fast it is        make bench ARGS="--only trainer"
# make soak   a random user, 10,000 actions: what fails, what is left behind
# make test-torch  the exported PyTorch scripts, run under PyTorch in an environment of their own
# make test-latex  the figures in TikZ, compiled where LaTeX is installed
# make clean  back to a fresh clone
#
# Each is enough on its own: it finds a Python, makes .venv and installs what is needed. PYTHON3=/path/to/python
# chooses another Python, once, when .venv is made. APT=no: no system package is installed, only named.

VENV := .venv
PYTHON := $(VENV)/bin/python
TORCH := .venv-torch

# an environment whose Python has gone, or was never finished, is made again
$(shell [ ! -e $(VENV) ] || $(PYTHON) -c '' 2>/dev/null || rm -rf $(VENV))

.PHONY: run test test-torch test-latex check bench soak clean
.DELETE_ON_ERROR:

run: $(VENV)/installed
	@.ci/system-libs window $(PYTHON)
	$(PYTHON) -m app.cli $(ARGS)

test: $(VENV)/installed-dev
	@.ci/system-libs drawing $(PYTHON)
	QT_QPA_PLATFORM=offscreen $(PYTHON) -m pytest -n auto $(ARGS)

test-torch: $(TORCH)/installed
	@.ci/system-libs drawing $(TORCH)/bin/python
	QT_QPA_PLATFORM=offscreen $(TORCH)/bin/python -m pytest tests/core tests/test_documents.py -n auto -m torch $(ARGS)

test-latex: $(VENV)/installed-dev
	$(PYTHON) -m pytest tests/core/test_tikz.py -n auto -rs

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
	rm -rf $(VENV) $(TORCH) build dist out .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info
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

# on Linux PyPI's PyTorch brings CUDA, several GB; an index of its CPU wheels, in PIP_EXTRA_INDEX_URL, does without
$(TORCH)/installed: pyproject.toml
	.ci/make-venv $(TORCH) $(PYTHON3)
	$(TORCH)/bin/python -m pip install --quiet --disable-pip-version-check -e '.[test]' torch==2.13.0
	@touch $@
