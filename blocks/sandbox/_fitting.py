"""Whether a value is of the type that an annotation names: for what others wrote."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

Test = Callable[[Any], bool]


def fits(value: Any, hint: Any) -> bool:
    """Tell whether plain JSON, with instants and tuples read already, is of an annotated type.

    >>> fits(["a"], list[str]), fits([1], list[str]), fits(True, int), fits(None, str | None)
    (True, False, False, True)
    """
    return test_of(hint)(value)


@cache
def test_of(hint: Any) -> Test:
    """Give what tells whether a value is of an annotated type, made once for each."""
    if hint is Any:
        return lambda _: True
    if hint is int or hint is float:
        kinds = int if hint is int else (int, float)
        return lambda value: isinstance(value, kinds) and not isinstance(value, bool)
    origin = get_origin(hint)
    if origin is None:
        kind = type(None) if hint is None else hint
        return lambda value: isinstance(value, kind)
    return _test_within(origin, get_args(hint))


def _test_within(origin: Any, inside: tuple[Any, ...]) -> Test:
    if origin is Literal:
        return lambda value: value in inside
    if origin in (Union, UnionType):
        some = [test_of(one) for one in inside]
        return lambda value: any(test(value) for test in some)
    if issubclass(origin, Mapping):
        return _test_of_mapping(inside[1])
    each = test_of(inside[0])
    return lambda value: isinstance(value, origin) and all(each(one) for one in value)


def _test_of_mapping(hint: Any) -> Test:
    if hint is Any:
        return lambda value: isinstance(value, dict)
    each = test_of(hint)
    return lambda value: isinstance(value, dict) and all(each(one) for one in value.values())
