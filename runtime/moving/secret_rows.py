"""What is secret of an organisation: opened and sealed for the way, or named as not brought along.

In an archive it is a part of its own, a line for each row that has some; the rows themselves, and
the digest, hold none of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, Table, select

from kernel.clock import parse_instant
from kernel.db import Base
from kernel.ids import new_secret, sha256_of
from kernel.secrets import Sealer, SecretError
from runtime.moving.handling import SEALED_DOCUMENTS, SECRET
from runtime.moving.lines import OWNER
from runtime.moving.manifest import Anew
from runtime.moving.rows import AT_ONCE, Place, with_sealed

_NAMES = {"source": "in", "hook": "hook"}
_HAND_OUT = "a new address: give it to its senders"
Values = dict[str, Any]


def secret_rows(place: Place, vault: Sealer) -> Iterator[tuple[str, str, Values | None]]:
    """Give what is secret of each row: its table, its key, its values; None where it won't open."""
    for table in _tables():
        for row in _rows(place, table):
            yield table.name, key_of(table, dict(row)), _opened(table, row, vault)


def not_brought(place: Place) -> Iterator[Anew]:
    """Name what has to be entered anew, or handed out anew, where no secret comes along."""
    for row in _rows(place, _table("connection")):
        if row["secret_names"]:
            yield _to_enter("connection", row["name"], row["secret_names"])
    for row in _rows(place, _table("source")):
        if row["key_sealed"]:
            yield Anew(kind="source", name=row["name"], what=_HAND_OUT)
    for row in _rows(place, _table("hook")):
        signed = ", and make a new secret for signatures" if row["secret_sealed"] else ""
        yield Anew(kind="webhook", name=row["trigger_id"], what=_HAND_OUT + signed)
    names = _source_names(place)
    for row in _rows(place, _table("source_listening")):
        if kept := _sealed_in(row["config"]):
            yield _to_enter("source", names[row["source_id"]], kept)


def _to_enter(kind: str, name: str, secrets: Iterable[Any]) -> Anew:
    return Anew(kind=kind, name=name, what=f"enter anew: {', '.join(map(str, secrets))}"[:4_000])


def with_opened(table: str, row: Values, values: Mapping[str, Any], vault: Sealer) -> Values:
    """Give a row with the secrets that came along, sealed by this installation."""
    if table in SEALED_DOCUMENTS:
        kept = iter(values["texts"])
        column = SEALED_DOCUMENTS[table]
        return {**row, column: with_sealed(row[column], lambda _: vault.encrypt(str(next(kept))))}
    found = {name: _stored(name, values.get(name), vault) for name in SECRET[table]}
    if table in _NAMES:
        key = values.get("key_sealed") or new_secret(_NAMES[table])
        found["key_digest"] = sha256_of(str(key))
    return {**row, **found}


def with_new(table: str, row: Values, vault: Sealer, *, now: datetime) -> Values:
    """Give a row with secrets that nobody knows yet in the place of those that did not come."""
    if table in SEALED_DOCUMENTS:
        column = SEALED_DOCUMENTS[table]
        unknown = with_sealed(row[column], lambda _: vault.encrypt(new_secret("unknown")))
        return {**row, column: unknown}
    if table == "connection":
        unknown = {str(name): new_secret("unknown") for name in row["secret_names"]}
        said = "Brought in from another installation: enter its secrets anew, then test it."
        told = {"test_said": said} if unknown else {}
        return {**row, "sealed": vault.encrypt(json.dumps(unknown)), **told}
    key = new_secret(_NAMES[table])
    found: Values = dict.fromkeys(SECRET[table])
    found |= {"key_sealed": vault.encrypt(key), "key_digest": sha256_of(key)}
    if "key_made_at" in found:
        found["key_made_at"] = now
    return {**row, **found}


def key_of(table: Table, row: Mapping[str, Any]) -> str:
    """Name a row by its key, as the sealed part does."""
    return " ".join(str(row[one.name]) for one in table.primary_key.columns if one.name != OWNER)


def _stored(name: str, value: Any, vault: Sealer) -> Any:
    if value is None:
        return None
    if name.endswith(("_at", "_until")):
        return parse_instant(str(value))
    return vault.encrypt(str(value)) if name.endswith("sealed") and value else value


def _opened(table: Table, row: RowMapping, vault: Sealer) -> Values | None:
    try:
        if table.name in SEALED_DOCUMENTS:
            texts = _sealed_texts(row[SEALED_DOCUMENTS[table.name]])
            return {"texts": [vault.decrypt(one) for one in texts]}
        return {name: _said(name, row[name], vault) for name in SECRET[table.name]}
    except SecretError:
        return None


def _said(name: str, value: Any, vault: Sealer) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return vault.decrypt(value) if name.endswith("sealed") and value else value


def _sealed_texts(document: Any) -> list[str]:
    found: list[str] = []
    with_sealed(document, found.append)
    return found


def _sealed_in(document: Any) -> list[str]:
    """Name the secrets in a document, as people know them."""
    if isinstance(document, list):
        return [name for one in document for name in _sealed_in(one)]
    if not isinstance(document, Mapping):
        return []
    found: list[str] = []
    for name, one in sorted(document.items()):
        is_secret = name.endswith("_sealed") and isinstance(one, str) and bool(one)
        found += [name.removesuffix("_sealed")] if is_secret else _sealed_in(one)
    return found


def _tables() -> list[Table]:
    return [_table(name) for name in (*SECRET, *SEALED_DOCUMENTS)]


def _table(name: str) -> Table:
    return Base.metadata.tables[name]


def _rows(place: Place, table: Table) -> Iterator[RowMapping]:
    wanted = select(table).where(table.c[OWNER] == place.tenant_id)
    ordered = wanted.order_by(*table.primary_key.columns)
    yield from place.connection.execute(ordered.execution_options(yield_per=AT_ONCE)).mappings()


def _source_names(place: Place) -> dict[Any, str]:
    table = _table("source")
    wanted = select(table.c.id, table.c.name).where(table.c[OWNER] == place.tenant_id)
    return {row.id: row.name for row in place.connection.execute(wanted)}
