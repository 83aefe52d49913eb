"""What a step is given of settings that a provider hides: kept apart, and out of what is told.

Pure. Results are the block's own words and stay as they are; see `docs/catalogue.md`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from blocks.registry import Block
from kernel.json_text import leaves_of
from runtime.runs.attempt import Attempted
from runtime.runs.events import Failed

INSTEAD = "•••"
SHORTEST = 3
"""Texts shorter than this are found everywhere and tell nothing."""


def parted(block: Block | None, config: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give the settings of an attempt with what is fixed, and apart from them what is hidden."""
    decided = block.decided if block is not None else None
    if decided is None:
        return config, {}
    return {**config, **decided.fixed}, decided.hidden


def told_without(done: Attempted, withheld: Mapping[str, Any] | None) -> Attempted:
    """Give what an attempt came to, with hidden values left out of its error and its notes."""
    if not withheld:
        return done
    logs = tuple(replace(one, message=without(one.message, withheld)) for one in done.logs)
    event = done.event
    if isinstance(event, Failed):
        error = {**event.error, "message": without(event.error["message"], withheld)}
        event = replace(event, error=error)
    return replace(done, event=event, logs=logs)


def without(text: str, withheld: Mapping[str, Any] | None) -> str:
    """Give a text with each hidden value left out of it, in whatever capitals.

    >>> without("Lamps.example:8443 did not answer", {"host": "lamps.example", "port": 8443})
    '•••:••• did not answer'
    """
    if not withheld:
        return text
    found = sorted({*_texts(withheld)}, key=len, reverse=True)
    if not found:
        return text
    return re.sub("|".join(map(re.escape, found)), INSTEAD, text, flags=re.IGNORECASE)


def _texts(withheld: Mapping[str, Any]) -> Iterator[str]:
    for _, value in leaves_of(dict(withheld)):
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            text = str(value)
            if len(text) >= SHORTEST:
                yield text
