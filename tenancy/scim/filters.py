"""What a filter of SCIM (RFC 7644, 3.4.2.2) asks for, and whether a document meets it. Pure.

`tenancy.scim.reading` reads them. Names of attributes count in any case; texts are compared in any
case too, but for those of `EXACT`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from operator import contains, eq, ge, gt, le, lt
from types import MappingProxyType
from typing import Any

from tenancy.scim.errors import FilterError

EXACT = frozenset({"id", "externalid"})
_PARTS: Mapping[str, Callable[[str, str], bool]] = MappingProxyType(
    {"co": contains, "sw": str.startswith, "ew": str.endswith}
)
_ORDER: Mapping[str, Callable[[Any, Any], bool]] = MappingProxyType(
    {"eq": eq, "gt": gt, "lt": lt, "ge": ge, "le": le}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """An attribute, or a part of one; `urn` is the schema where one was written before it."""

    name: str
    sub: str = ""
    urn: str = ""

    @property
    def key(self) -> str:
        """Give it as it is compared: in lower case, without the schema."""
        return f"{self.name}.{self.sub}".lower() if self.sub else self.name.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Compare:
    """One comparison; `pr` asks whether anything is there, and has no value."""

    attribute: Attribute
    operator: str
    value: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Both:
    """Both have to be met."""

    left: Filter
    right: Filter


@dataclass(frozen=True, slots=True, kw_only=True)
class Either:
    """One of them has to be met."""

    left: Filter
    right: Filter


@dataclass(frozen=True, slots=True, kw_only=True)
class Not:
    """It must not be met."""

    inner: Filter


@dataclass(frozen=True, slots=True, kw_only=True)
class Within:
    """One value of an attribute that has several meets it, alone."""

    attribute: Attribute
    inner: Filter


Filter = Compare | Both | Either | Not | Within


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """Where an operation changes something: an attribute, some of its values, a part of them."""

    attribute: Attribute
    where: Filter | None = None


def matches(wanted: Filter, document: Mapping[str, Any]) -> bool:
    """Tell whether a document, or one value of an attribute, meets a filter."""
    if isinstance(wanted, Compare):
        return _compares(wanted, document)
    if isinstance(wanted, Not):
        return not matches(wanted.inner, document)
    if isinstance(wanted, Within):
        values = _values(document, wanted.attribute)
        return any(isinstance(one, Mapping) and matches(wanted.inner, one) for one in values)
    joined = all if isinstance(wanted, Both) else any
    return joined(matches(one, document) for one in (wanted.left, wanted.right))


def equals_of(wanted: Filter) -> Iterator[Compare]:
    """Give the comparisons of a filter that is nothing but `eq` joined by `and`.

    Raises:
        FilterError: it is more than that.
    """
    if isinstance(wanted, Both):
        yield from equals_of(wanted.left)
        yield from equals_of(wanted.right)
    elif isinstance(wanted, Compare) and wanted.operator == "eq":
        yield wanted
    else:
        raise FilterError("filter: only eq, and eq joined by and, is answered here")


def comparisons_in(wanted: Filter) -> int:
    """Count the comparisons of a filter: how much work it is for each value."""
    if isinstance(wanted, Compare):
        return 1
    if isinstance(wanted, Not | Within):
        return comparisons_in(wanted.inner)
    return comparisons_in(wanted.left) + comparisons_in(wanted.right)


def _compares(wanted: Compare, document: Mapping[str, Any]) -> bool:
    if wanted.operator == "pr":
        return any(one not in (None, "", [], {}) for one in _values(document, wanted.attribute))
    if wanted.operator == "ne":
        return not _is_met(wanted, document, "eq")
    return _is_met(wanted, document, wanted.operator)


def _is_met(wanted: Compare, document: Mapping[str, Any], operator: str) -> bool:
    values = _values(document, wanted.attribute)
    if wanted.value is None:
        return operator == "eq" and all(one is None for one in values)
    is_exact = wanted.attribute.name.lower() in EXACT
    return any(_compared(one, operator, wanted.value, is_exact=is_exact) for one in values)


def _compared(found: Any, operator: str, value: Any, *, is_exact: bool) -> bool:
    if isinstance(found, Mapping):
        found = found.get("value")
    if isinstance(found, bool) or isinstance(value, bool):
        return operator == "eq" and found is value
    if isinstance(found, str) and isinstance(value, str):
        left, right = (found, value) if is_exact else (found.casefold(), value.casefold())
        return _of_texts(left, operator, right)
    if isinstance(found, int | float) and isinstance(value, int | float):
        return _in_order(found, operator, value)
    return False


def _of_texts(left: str, operator: str, right: str) -> bool:
    part = _PARTS.get(operator)
    return part(left, right) if part is not None else _in_order(left, operator, right)


def _in_order(left: Any, operator: str, right: Any) -> bool:
    order = _ORDER.get(operator)
    return order is not None and bool(order(left, right))


def _values(document: Mapping[str, Any], attribute: Attribute) -> list[Any]:
    found = _listed(_member(document, attribute.name))
    if not attribute.sub:
        return found
    inner = [one for one in found if isinstance(one, Mapping)]
    return [value for one in inner for value in _listed(_member(one, attribute.sub))]


def _member(document: Mapping[str, Any], name: str) -> Any:
    wanted = name.lower()
    return next((value for key, value in document.items() if key.lower() == wanted), None)


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]
