"""Loading spares the garbage collector, and leaves it as it was."""

from __future__ import annotations

import gc

import pytest

from garland.memory import loading


def test_the_collector_rests_while_modules_are_loaded() -> None:
    with loading():
        assert not gc.isenabled()

    assert gc.isenabled()


def test_the_collector_works_again_after_a_module_that_cannot_be_loaded() -> None:
    with pytest.raises(ImportError), loading():
        raise ImportError

    assert gc.isenabled()
