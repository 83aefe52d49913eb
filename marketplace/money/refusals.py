"""What a page says of a refusal: at which control, in words that stand beside its label. Pure."""

from __future__ import annotations

from kernel.errors import GarlandError, InvalidError, Problem


def at_controls(error: GarlandError | None) -> list[Problem]:
    """Give the problems of a refused form by the names of its controls.

    >>> at_controls(InvalidError("no", problems=[Problem("/amount", "amount: write one")]))
    [Problem(pointer='amount', message='Write one')]
    """
    if not isinstance(error, InvalidError):
        return []
    found = []
    for one in error.problems:
        name = one.pointer.lstrip("/")
        words = one.message.removeprefix(f"{name}: ")
        found.append(Problem(name, f"{words[:1].upper()}{words[1:]}"))
    return found
