"""The command line: without a word the window opens; the sub-commands are in `app/cli/commands.py`.

Nothing typed or opened ends in a traceback: a Problem becomes lines on stderr, or JSON where that was wanted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from app.cli.terminal import OutputError, abandon, flush, prepare_output, say
from app.shell.opening import open_window
from app.system.exit_status import INTERRUPTED, REFUSED

# read by NumPy's BLAS when it is loaded: on products as small as these a second thread costs up to tenfold
ONE_THREAD = ("OPENBLAS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is 0, or 2 where something was refused."""
    words = list(sys.argv[1:] if argv is None else argv)
    for variable in ONE_THREAD:
        os.environ.setdefault(variable, "1")
    prepare_output()
    try:
        try:
            status = _run(words)
            flush()
            return status
        except SystemExit as left:  # argparse leaves so after --help and --version
            flush()
            return int(left.code or 0)
        except OutputError:
            raise
        except Exception as error:
            from app.cli.errors import say_why

            say_why(error, words)
            return REFUSED
    except KeyboardInterrupt:
        return INTERRUPTED
    except OutputError as error:
        abandon(sys.stdout)
        say(f"chainlight: {error}")
        return error.status


def _run(words: Sequence[str]) -> int:
    if not words:
        return open_window()
    from app.cli.commands import run_command  # the window opens without them

    return run_command(words)


if __name__ == "__main__":
    raise SystemExit(main())
