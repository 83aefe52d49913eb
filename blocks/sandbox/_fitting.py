"""Whether a value is of the type that an annotation names: for what others wrote."""

from __future__ import annotations

from collections.abc import Mapping
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin


def fits(value: Any, hint: Any) -> bool:
    """Tell whether plain JSON, with instants and tuples read already, is of an annotated type.

    >>> fits(["a"], list[str]), fits([1], list[str]), fits(True, int), fits(None, str | None)
    (True, False, False, True)
    """
    if hint is Any:
        return True
    if hint is int or hint is float:
        kinds = int if hint is int else int | float
        return isinstance(value, kinds) and not isinstance(value, bool)
    origin = get_origin(hint)
    if origin is None:
        return isinstance(value, type(None) if hint is None else hint)
    return _fits_within(value, origin, get_args(hint))


def _fits_within(value: Any, origin: Any, inside: tuple[Any, ...]) -> bool:
    if origin is Literal:
        return value in inside
    if origin in (Union, UnionType):
        return any(fits(value, one) for one in inside)
    if issubclass(origin, Mapping):
        return isinstance(value, dict) and (
            inside[1] is Any or all(fits(one, inside[1]) for one in value.values())
        )
    return isinstance(value, origin) and all(fits(one, inside[0]) for one in value)
