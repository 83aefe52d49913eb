"""`ctx.state`, `ctx.progress`, `ctx.cancelled`: what a step keeps, and how Garland hears of it."""

from __future__ import annotations

from typing import Any, Protocol


class State(Protocol):
    """Small values that a step keeps from run to run; needs the permission `state`.

    They belong to this step of this workflow, of this tenant; rounds of a loop share them. What is
    set is kept by Garland together with the record of the step: exactly once, and not at all if
    the step fails. The step itself sees it at once. Two runs at the same time each see what was
    kept when they asked, and the one recorded last wins.
    """

    def get(self, key: str, default: Any = None) -> Any:
        """Return what is kept under a key, or the default."""
        ...

    def set(self, key: str, value: Any) -> None:
        """Keep a JSON value, at most 64 KB, under a key of at most 80 characters.

        Raises:
            BlockError: `state.bad_key`, `state.bad_value`, `state.too_large`, or `state.full` when
                100 keys are taken.
        """
        ...

    def delete(self, key: str) -> None:
        """Keep it no longer; nothing happens where it is not kept."""
        ...

    def list(self) -> list[str]:
        """List the keys, sorted."""
        ...


class Live(Protocol):
    """How a step and Garland talk while it works; `ctx.progress` and `ctx.cancelled` use it."""

    def report(self, fraction: float, text: str) -> None:
        """Say how far the step is."""
        ...

    def is_cancelled(self) -> bool:
        """Tell whether the step had better stop."""
        ...
