"""One thread for BLAS, for all contenders; this comes before NumPy is loaded, or it has no effect.

Two are slower on nets as small as these, and their time would be counted twice.
"""

import os

VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def one_thread() -> None:
    os.environ |= dict.fromkeys(VARIABLES, "1")


def threads() -> str:
    """How many threads there are: asked of the library where that can be done, else as it was told."""
    try:
        from threadpoolctl import threadpool_info
    except ImportError:
        told = os.environ.get(VARIABLES[1], "as many as it likes")
        return f"told to use threads: {told} (threadpoolctl, which would ask it, is not installed)"
    import numpy  # noqa: F401 (so that there is a library to ask)

    pools = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
    return ", ".join(
        f"{pool['internal_api']} {pool['version']}, {pool['num_threads']} thread" for pool in pools
    )
