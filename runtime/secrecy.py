"""Secrets in what steps were given and gave: never shown, and kept when a person changes the rest.

A field is secret when its schema says so, or when its name is one that holds secrets anywhere
(an HTTP header such as Authorization is no field of a schema). Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from blocks.schemas import field_schema, widget_of

MASK = "••••••"
_NAMES = frozenset(
    {
        "accesskey",
        "accesstoken",
        "apikey",
        "authorization",
        "authtoken",
        "bearertoken",
        "clientsecret",
        "cookie",
        "idtoken",
        "passphrase",
        "passwd",
        "password",
        "privatekey",
        "proxyauthorization",
        "refreshtoken",
        "secret",
        "secretkey",
        "sessiontoken",
        "setcookie",
        "token",
        "xapikey",
        "xauthtoken",
    }
)
"""Without hyphens, underscores and capitals: X-Api-Key, api_key and apiKey are one name or two."""
_BRANCHES = ("oneOf", "anyOf", "allOf")


def masked(value: Any, schema: Mapping[str, Any]) -> Any:
    """Give the value with every secret replaced by MASK.

    >>> masked({"headers": {"Authorization": "Bearer 1"}, "n": 1}, {})
    {'headers': {'Authorization': '••••••'}, 'n': 1}
    """
    if _is_secret(schema) and value not in (None, ""):
        return MASK
    if isinstance(value, dict):
        return {name: _field(name, item, schema) for name, item in value.items()}
    if isinstance(value, list):
        inner = _any_of(_items(schema))
        return [masked(item, inner) for item in value]
    return value


def masked_at(path: Sequence[str], value: Any, schema: Mapping[str, Any]) -> Any:
    """Mask a value that stands at a path in a larger one, whose schema is given.

    >>> masked_at(["login", "password"], ["x"], {})
    '••••••'
    """
    for name in path:
        if _is_secret(schema) or _names_a_secret(name):
            return MASK
        schema = _any_of([*_fields(schema, name), *_items(schema)])
    return masked(value, schema)


def unmasked(value: Any, original: Any) -> Any:
    """Give what a person sent back, with every MASK they left replaced by what stood there.

    >>> unmasked({"password": MASK, "n": 2}, {"password": "x", "n": 1})
    {'password': 'x', 'n': 2}
    """
    if value == MASK:
        return original
    if isinstance(value, dict):
        known = original if isinstance(original, dict) else {}
        return {name: unmasked(item, known.get(name)) for name, item in value.items()}
    if isinstance(value, list):
        before = original if isinstance(original, list) else []
        padded = [*before, *[None] * len(value)]
        return [unmasked(item, padded[at]) for at, item in enumerate(value)]
    return value


def _field(name: str, item: Any, schema: Mapping[str, Any]) -> Any:
    if _names_a_secret(name) and item not in (None, "", True, False):
        return MASK
    return masked(item, _any_of(_fields(schema, name)))


def _names_a_secret(name: str) -> bool:
    return name.lower().replace("-", "").replace("_", "") in _NAMES


def _fields(schema: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    return [part for part in (field_schema(one, name) for one in _parts(schema)) if part]


def _items(schema: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = (part.get("items") for part in _parts(schema))
    return [part for part in found if isinstance(part, Mapping)]


def _any_of(schemas: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    if len(schemas) == 1:
        return schemas[0]
    return {"anyOf": schemas} if schemas else {}


def _is_secret(schema: Mapping[str, Any]) -> bool:
    return any(
        part.get("format") == "password"
        or widget_of(part) == "secret"
        or (isinstance(part.get("x-garland"), Mapping) and bool(part["x-garland"].get("secret")))
        for part in _parts(schema)
    )


def _parts(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield a schema and each alternative or part of it."""
    yield schema
    branches = [part for word in _BRANCHES for part in schema.get(word) or ()]
    for part in (*branches, schema.get("then"), schema.get("else")):
        if isinstance(part, Mapping):
            yield from _parts(part)
