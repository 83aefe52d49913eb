"""What Python's garbage collector need not look at again."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# New objects after which Python looks for rings among them. Its own 700 is reached several times in
# every batch of alarms or runs, whose objects all live until the batch's end: 5 % of their time.
YOUNG_MAX = 20_000


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
    gc.set_threshold(YOUNG_MAX, *gc.get_threshold()[1:])
