"""What Python's garbage collector need not look at again."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """Load modules without rounds of the garbage collector: what they define stays anyway."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def settle() -> None:
    """Take everything that is in memory now out of the rounds of the garbage collector.

    Called once a process is set up. What it holds then, it holds until its end, and a full round
    over it would stop every thread for a tenth of a second, at whatever moment: while the database
    is locked, for example.
    """
    gc.collect()
    gc.freeze()
