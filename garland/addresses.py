"""How addresses are written: a pattern's writer is compiled when it is first used."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from typing_extensions import override
from werkzeug.routing import Rule

Writer = Callable[..., tuple[str, str]]


class LateRule(Rule):
    """A pattern of addresses that compiles little until an address of it is written.

    Werkzeug compiles two functions for each pattern as it is added. Over hundreds of patterns
    that was nine tenths of the application's start, and a process writes few of them.
    """

    @override
    def _compile_builder(self, append_unknown: bool = True) -> Writer:
        compiled: list[Writer] = []

        def write(rule: LateRule, /, **values: Any) -> tuple[str, str]:
            if not compiled:
                compiled.append(super(LateRule, rule)._compile_builder(append_unknown))
            return compiled[0](rule, **values)

        return write
