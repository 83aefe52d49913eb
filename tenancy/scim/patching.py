"""PATCH of SCIM (RFC 7644, 3.5.2), as Microsoft Entra ID and Okta send it. Pure.

Both forms are read: with a path, and with an object of attributes in place of it, whose keys may be
paths themselves. The operation's word counts in any case, and `active` may be a text ("False").
What is not known here is let go: directories send many attributes that nobody asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from tenancy.scim.errors import NoTargetError, PathError, ReadOnlyError, ValueRefusedError
from tenancy.scim.filters import Filter, Path, comparisons_in, equals_of, matches
from tenancy.scim.reading import read_path

CORE = "urn:ietf:params:scim:schemas:core:2.0:"
READ_ONLY = frozenset({"id", "meta", "groups", "schemas"})
VALUES_MAX = 10_000
"""How many values an attribute has at most, and how many are sent for it at once."""
STEPS_MAX = 1_000
"""How many known attributes are changed by one request."""
COMPARISONS_MAX = 100
"""How many comparisons stand in the brackets of all paths: each is made with every value."""
_WORDS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What an attribute holds: parts, where it has any; several values; yes or no."""

    name: str
    parts: Sequence[str] = ()
    is_many: bool = False
    is_flag: bool = False


def _known(*kinds: Kind) -> Mapping[str, Kind]:
    return MappingProxyType({one.name.lower(): one for one in kinds})


USER = _known(
    Kind(name="userName"),
    Kind(name="externalId"),
    Kind(name="displayName"),
    Kind(name="active", is_flag=True),
    Kind(name="name", parts=("formatted", "givenName", "familyName")),
    Kind(name="emails", parts=("value", "type", "primary"), is_many=True),
)
"""What is written of a user."""
GROUP = _known(
    Kind(name="displayName"), Kind(name="members", parts=("value", "display"), is_many=True)
)
"""What is written of a group."""


def patched(
    document: Mapping[str, Any],
    operations: Iterable[Mapping[str, Any]],
    known: Mapping[str, Kind],
) -> dict[str, Any]:
    """Give a document as operations leave it; the one that is given stays as it is.

    >>> patched({"active": True}, [{"op": "Replace", "path": "active", "value": "False"}], USER)
    {'active': False}

    Raises:
        PathError: a path is none, or there is no such operation.
        FilterError: what stands in a path's brackets is no filter.
        NoTargetError: nothing fits what a path asks for.
        ReadOnlyError: a path leads to what nobody writes.
        ValueRefusedError: a value does not fit.
    """
    done = deepcopy(dict(document))
    for one in list(_bounded(_steps(operations, known))):
        change: Callable[..., None] = _change_many if one.kind.is_many else _change_one
        change(done, one.word, one.kind, one.sub, one.value, one.where)
        if done.get(one.kind.name) in (None, [], {}):
            done.pop(one.kind.name, None)
    _require_values(done, known)
    return done


def whole(document: Mapping[str, Any], known: Mapping[str, Kind]) -> dict[str, Any]:
    """Give what is known of a document that was sent, by the names that it has here."""
    return patched({}, [{"op": "add", "value": document}], known)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """One change of one attribute that is known, or of a part of it."""

    word: str
    kind: Kind
    sub: str
    where: Filter | None
    value: Any


def _steps(operations: Iterable[Mapping[str, Any]], known: Mapping[str, Kind]) -> Iterator[_Step]:
    """Take operations apart; what is not known here, or of another schema, is let go."""
    for one in operations:
        word, text, value = str(one.get("op", "")).lower(), one.get("path"), one.get("value")
        if word not in ("add", "replace", "remove"):
            raise PathError(f"op: {word[:20]!r} is none of add, replace and remove")
        if word == "remove" and not text:
            raise NoTargetError("path: say what is to be removed")
        named = [(_writable(read_path(text)), value)] if text else _named(value)
        for path, said in named:
            step = _step(word, path, said, known)
            if step is not None:
                yield step


def _bounded(steps: Iterable[_Step]) -> Iterator[_Step]:
    """Refuse to go on once a request asks for more work than a directory ever does."""
    comparisons = 0
    for number, one in enumerate(steps, start=1):
        comparisons += comparisons_in(one.where) if one.where is not None else 0
        if number > STEPS_MAX:
            raise ValueRefusedError(f"Operations: change {STEPS_MAX:,} attributes at most")
        if comparisons > COMPARISONS_MAX:
            raise ValueRefusedError(
                f"Operations: the brackets of all paths hold {COMPARISONS_MAX} comparisons at most"
            )
        yield one


def _named(value: Any) -> Iterator[tuple[Path, Any]]:
    """Take an object of attributes apart; those of a core schema may stand in one of its own."""
    if not isinstance(value, Mapping):
        raise ValueRefusedError("value: without a path it is an object of attributes")
    for name, said in value.items():
        is_core = name.lower().startswith(CORE.lower())
        if is_core and isinstance(said, Mapping):
            yield from (
                (read_path(inner), one) for inner, one in said.items() if not _is_urn(inner)
            )
        elif is_core or not _is_urn(name):
            yield read_path(name), said


def _is_urn(name: str) -> bool:
    return name.lower().startswith("urn:")


def _writable(path: Path) -> Path:
    if path.attribute.name.lower() in READ_ONLY and not path.attribute.urn:
        raise ReadOnlyError(f"path: {path.attribute.name} is only read here")
    return path


def _step(word: str, path: Path, value: Any, known: Mapping[str, Kind]) -> _Step | None:
    kind = known.get(path.attribute.name.lower())
    is_core = (path.attribute.urn.lower() + ":").startswith((":", CORE.lower()))
    sub = _part_of(kind, path.attribute.sub) if kind is not None and is_core else None
    if kind is None or sub is None:
        return None
    if path.where is not None and not kind.is_many:
        raise PathError(f"path: {kind.name} has one value and takes no brackets")
    return _Step(word=word, kind=kind, sub=sub, where=path.where, value=value)


def _change_one(
    document: dict[str, Any], word: str, kind: Kind, sub: str, value: Any, _where: Any
) -> None:
    """Change an attribute with one value: a text, a flag, or some parts."""
    if word == "remove" and not sub:
        document.pop(kind.name, None)
    elif not kind.parts:
        document[kind.name] = read_flag(value, kind.name) if kind.is_flag else value
    else:
        said = {sub: None if word == "remove" else value} if sub else _parts(value, kind)
        merged = {**(document.get(kind.name) or {}), **said}
        document[kind.name] = {name: one for name, one in merged.items() if one is not None}


def _change_many(
    document: dict[str, Any], word: str, kind: Kind, sub: str, value: Any, where: Any
) -> None:
    """Change an attribute with several values: all of them, or those that a filter finds."""
    values: list[dict[str, Any]] = list(document.get(kind.name) or [])
    if where is None and not sub:
        changed = _joined(values, word, _several(value, kind))
    else:
        hits = [where is None or matches(where, one) for one in values]
        if word == "remove":
            changed = _without(values, hits, sub)
        else:
            said = {sub: _fitting(sub, value)} if sub else _parts(value, kind)
            if not any(hits) and word == "replace" and where is not None:
                raise NoTargetError(f"path: no value of {kind.name} fits the brackets")
            changed = [
                {**one, **said} if hit else one for one, hit in zip(values, hits, strict=True)
            ]
            changed += [] if any(hits) else [{**_asked_for(where, kind), **said}]
    if len(changed) > max(VALUES_MAX, len(values)):
        raise _too_many(kind)
    document[kind.name] = changed


def _without(values: list[dict[str, Any]], hits: list[bool], sub: str) -> list[dict[str, Any]]:
    """Take those that were hit away, or a part of each; one without its `value` is none."""
    pairs = list(zip(values, hits, strict=True))
    kept = [one for one, hit in pairs if not hit]
    rest = [{key: said for key, said in one.items() if key != sub} for one, hit in pairs if hit]
    return kept + [one for one in rest if sub and "value" in one]


def _too_many(kind: Kind) -> ValueRefusedError:
    return ValueRefusedError(f"{kind.name}: {VALUES_MAX:,} values are taken at most")


def _joined(
    values: list[dict[str, Any]], word: str, said: list[dict[str, Any]] | None
) -> list[dict[str, Any]]:
    if word == "replace":
        return said or []
    named = {one.get("value") for one in said or []}
    if word == "remove":
        return [one for one in values if said is not None and one.get("value") not in named]
    there = {one.get("value") for one in values}
    return values + [one for one in said or [] if one.get("value") not in there]


def _several(value: Any, kind: Kind) -> list[dict[str, Any]] | None:
    """Read several values, each once; a bare text stands for its `value`."""
    if value is None:
        return None
    found: dict[Any, dict[str, Any]] = {}
    sent = value if isinstance(value, list) else [value]
    if len(sent) > VALUES_MAX:
        raise _too_many(kind)
    for one in sent:
        parts = _parts({"value": one} if isinstance(one, str) else one, kind)
        if "value" not in parts:
            raise _without_value(kind)
        found.setdefault(parts["value"], parts)
    return list(found.values())


def _parts(value: Any, kind: Kind) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueRefusedError(f"{kind.name}: send an object with {', '.join(kind.parts)}")
    named = ((_part_of(kind, name), said) for name, said in value.items())
    return {name: _fitting(name, said) for name, said in named if name and said is not None}


def _fitting(name: str, value: Any) -> Any:
    if name == "value" and not isinstance(value, str):
        raise ValueRefusedError("value: send a text")
    return read_flag(value, name) if name == "primary" else value


def _require_values(document: Mapping[str, Any], known: Mapping[str, Kind]) -> None:
    """Refuse what has no `value` at the end; until then it may come after the other parts."""
    for kind in known.values():
        if kind.is_many and not all("value" in one for one in document.get(kind.name, [])):
            raise _without_value(kind)


def _without_value(kind: Kind) -> ValueRefusedError:
    return ValueRefusedError(f"{kind.name}: each has a value, which is a text")


def _part_of(kind: Kind, name: str) -> str | None:
    """Give the name of a part as it is written here; "" for the whole, None for no part."""
    if not name:
        return ""
    return next((one for one in kind.parts if one.lower() == name.lower()), None)


def _asked_for(where: Any, kind: Kind) -> dict[str, Any]:
    """Give a new value what its brackets ask for: `emails[type eq "work"].value` makes one."""
    if where is None:
        return {}
    return _parts({one.attribute.name: one.value for one in equals_of(where)}, kind)


def read_flag(value: Any, name: str) -> bool:
    """Read yes or no; Entra sends it as the text "True" or "False".

    >>> read_flag("False", "active"), read_flag(True, "active")
    (False, True)
    """
    found = _WORDS.get(value.lower()) if isinstance(value, str) else value
    if not isinstance(found, bool):
        raise ValueRefusedError(f"{name}: send true or false")
    return found
